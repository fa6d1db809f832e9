import type { JobListing, LookedAt } from '../../../protocol/index.js'
import type { SeenJob } from '../jobs/job-view.js'
import { failureFingerprint } from './fingerprint.js'

/** How many of a queue's failed jobs are looked at, the newest, unless somebody asks for more. */
export const MAX_JOBS = 10_000
/** How many are asked for at once, and how many when there is probably little that is new. */
const PAGE = 500
const FIRST_LOOK = 50
/** Where more than so many came at once it begins anew, as if it had seen none. */
const MAX_FRONT = 2_000

/** What failed jobs have in common. */
export interface FailureKind {
  readonly name: string
  readonly fingerprint: string
  /** Of the newest of them. */
  error: string
  /** When that was, Unix ms. */
  errorAt: number
}

/** What is remembered of a failed job. */
export interface Failure {
  readonly id: string
  readonly kind: FailureKind
  /** When it failed, Unix ms; null where the system does not say. */
  readonly at: number | null
}

/** Failed jobs as they are seen: what is masked in their errors makes no group, and no fingerprint. */
type SeenListing = Omit<JobListing, 'jobs'> & { readonly jobs: readonly SeenJob[] }

/** Gives a part of a queue's failed jobs, newest first. Rejects when the queue does not answer. */
export type ReadPage = (offset: number, limit: number) => Promise<SeenListing>

interface Front {
  readonly jobs: readonly SeenJob[]
  /** How many places of the list that was. */
  readonly depth: number
  /** How long the list was at the beginning. */
  readonly total: number
  /** Whether one of them was known, and how many were not. */
  readonly meetsKnown: boolean
  readonly fresh: number
}

/**
 * The newest failed jobs of one queue, without a gap, and kept so with few reads. New ones are always in front: as long as
 * there are exactly as many jobs as there were and as came since, none of those that were seen has gone. When the numbers
 * differ (one was retried or removed, or the system let old ones go) it begins anew.
 */
export class KnownFailures {
  readonly #jobs = new Map<string, Failure>()
  readonly #kinds = new Map<string, FailureKind>()
  readonly #read: ReadPage
  readonly #most: () => number
  /** How many places of the list were looked at, from its beginning. */
  #depth = 0
  /** How long the list was then. */
  #total = 0
  #beyond: LookedAt | null = null

  /** @param most how many are looked at now; it may grow */
  constructor(read: ReadPage, most: () => number = () => MAX_JOBS) {
    this.#read = read
    this.#most = most
  }

  get jobs(): Iterable<Failure> {
    return this.#jobs.values()
  }

  get size(): number {
    return this.#jobs.size
  }

  /** How many kinds of errors are known. */
  get kinds(): number {
    return this.#kinds.size
  }

  get total(): number {
    return this.#total
  }

  /** How far the system itself looked for jobs of this queue, when that was not to the end. */
  get beyond(): LookedAt | null {
    return this.#beyond
  }

  /** Whether all was looked at that ever will be. */
  get isComplete(): boolean {
    return this.#depth >= Math.min(this.#total, this.#most())
  }

  /** Whether older ones were left out. */
  get isPartial(): boolean {
    return this.#depth < this.#total || this.#beyond !== null
  }

  /** Looks at what is new. */
  async catchUp(): Promise<void> {
    const { jobs, depth, total, meetsKnown, fresh } = await this.#front()
    const isUnbroken = meetsKnown && total === this.#total + fresh
    if (!isUnbroken) this.clear()
    for (const job of jobs) this.#remember(job)
    this.#depth = isUnbroken ? this.#depth + fresh : depth
    this.#total = total
    this.#forgetOldest()
  }

  /** Looks at one part of what is older. */
  async deepen(): Promise<void> {
    const { jobs, missing } = await this.#read(this.#depth, Math.min(PAGE, this.#most() - this.#depth))
    for (const job of jobs) this.#remember(job)
    const places = jobs.length + missing
    // The list became shorter than it was: the next look finds that out.
    this.#depth = places === 0 ? Math.max(this.#depth, this.#total) : this.#depth + places
  }

  clear(): void {
    this.#jobs.clear()
    this.#kinds.clear()
    this.#depth = 0
    this.#total = 0
  }

  /** The beginning of the list, up to a part that holds a job that is known already. */
  async #front(): Promise<Front> {
    const limit = this.#jobs.size > 0 ? FIRST_LOOK : PAGE
    const { total, jobs, missing, partial = null } = await this.#read(0, limit)
    this.#beyond = partial
    const seen = [...jobs]
    let depth = jobs.length + missing
    let meetsKnown = jobs.some((job) => this.#knows(job))
    // A job that comes between two parts moves the rest: what counts is how many there were at the beginning.
    while (this.#jobs.size > 0 && !meetsKnown && depth < Math.min(total, MAX_FRONT)) {
      const page = await this.#read(depth, PAGE)
      if (page.jobs.length + page.missing === 0) break
      seen.push(...page.jobs)
      depth += page.jobs.length + page.missing
      meetsKnown = page.jobs.some((job) => this.#knows(job))
    }
    return { jobs: seen, depth, total, meetsKnown, fresh: this.#countUnknown(seen) }
  }

  #countUnknown(jobs: readonly SeenJob[]): number {
    return new Set(jobs.map(({ id }) => id).filter((id) => !this.#jobs.has(id))).size
  }

  /** Not one that was retried and has failed again. */
  #knows({ id, finishedAt }: SeenJob): boolean {
    return this.#jobs.get(id)?.at === finishedAt
  }

  #remember(job: SeenJob): void {
    const kind = this.#kindOf(job)
    this.#jobs.set(job.id, { id: job.id, kind, at: job.finishedAt })
    if (job.finishedAt === null || job.finishedAt < kind.errorAt) return
    kind.error = job.error ?? ''
    kind.errorAt = job.finishedAt
  }

  #kindOf({ name, error }: SeenJob): FailureKind {
    const fingerprint = failureFingerprint(error)
    const key = `${fingerprint} ${name}`
    const kind = this.#kinds.get(key) ?? { name, fingerprint, error: error ?? '', errorAt: 0 }
    this.#kinds.set(key, kind)
    return kind
  }

  /** Those that no job is of any more. */
  #forgetKinds(): void {
    const used = new Set([...this.#jobs.values()].map(({ kind }) => kind))
    for (const [key, kind] of this.#kinds) if (!used.has(kind)) this.#kinds.delete(key)
  }

  #forgetOldest(): void {
    // A job that failed again, otherwise, leaves its former kind behind.
    if (this.#kinds.size > this.#jobs.size) this.#forgetKinds()
    const surplus = this.#jobs.size - this.#most()
    if (surplus <= 0) return
    const oldestFirst = [...this.#jobs.values()].sort((a, b) => (a.at ?? 0) - (b.at ?? 0))
    for (const { id } of oldestFirst.slice(0, surplus)) this.#jobs.delete(id)
    this.#forgetKinds()
    this.#depth = Math.min(this.#depth, this.#most())
  }
}
