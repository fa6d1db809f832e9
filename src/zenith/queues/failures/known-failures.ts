import type { JobListing, LookedAt } from '../../../protocol/index.js'
import type { SeenJob } from '../jobs/job-view.js'
import { failureFingerprint } from './fingerprint.js'

/** Failed jobs of a queue to read, the newest, unless a request needs more. */
export const MAX_JOBS = 10_000
/** Page size, and page size if probably few jobs are new. */
const PAGE = 500
const FIRST_LOOK = 50
/** If more jobs than this are new, it restarts as if it had seen none. */
const MAX_FRONT = 2_000

/** What failed jobs of one group have in common. */
export interface FailureKind {
  readonly name: string
  readonly fingerprint: string
  /** Of the newest of them. */
  error: string
  /** When it failed, Unix ms. */
  errorAt: number
}

/** A failed job as remembered. */
export interface Failure {
  readonly id: string
  readonly kind: FailureKind
  /** When it failed, Unix ms; null if the system does not record it. */
  readonly at: number | null
}

/** Failed jobs as they are shown: what is masked in their errors affects neither groups nor fingerprints. */
type SeenListing = Omit<JobListing, 'jobs'> & { readonly jobs: readonly SeenJob[] }

/** Reads a page of a queue's failed jobs, newest first. Rejects if the queue does not answer. */
export type ReadPage = (offset: number, limit: number) => Promise<SeenListing>

interface Front {
  readonly jobs: readonly SeenJob[]
  /** Number of positions of the list that were read. */
  readonly depth: number
  /** Length of the list at the start. */
  readonly total: number
  /** Whether one of the jobs was known, and how many were new. */
  readonly meetsKnown: boolean
  readonly fresh: number
}

/**
 * The newest failed jobs of one queue, without gaps, with few reads. New ones are always in front: as long as the number of jobs equals the
 * previous number plus the new ones, no known job is gone. If the numbers differ (a job was retried or removed, or the system dropped old
 * ones), it restarts.
 */
export class KnownFailures {
  readonly #jobs = new Map<string, Failure>()
  readonly #kinds = new Map<string, FailureKind>()
  readonly #read: ReadPage
  readonly #most: () => number
  /** Number of positions of the list that were read, from its start. */
  #depth = 0
  /** Length of the list at that time. */
  #total = 0
  #beyond: LookedAt | null = null

  /** @param most jobs to read; it may grow */
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

  /** Number of known groups of errors. */
  get kinds(): number {
    return this.#kinds.size
  }

  get total(): number {
    return this.#total
  }

  /** How far the system itself searched for jobs of this queue, if not to the end. */
  get beyond(): LookedAt | null {
    return this.#beyond
  }

  /** Whether everything within the limits was read. */
  get isComplete(): boolean {
    return this.#depth >= Math.min(this.#total, this.#most())
  }

  /** Whether older jobs were left out. */
  get isPartial(): boolean {
    return this.#depth < this.#total || this.#beyond !== null
  }

  /** Reads new jobs. */
  async catchUp(): Promise<void> {
    const { jobs, depth, total, meetsKnown, fresh } = await this.#front()
    const isUnbroken = meetsKnown && total === this.#total + fresh
    if (!isUnbroken) this.clear()
    for (const job of jobs) this.#remember(job)
    this.#depth = isUnbroken ? this.#depth + fresh : depth
    this.#total = total
    this.#forgetOldest()
  }

  /** Reads one page of older jobs. */
  async deepen(): Promise<void> {
    const { jobs, missing } = await this.#read(this.#depth, Math.min(PAGE, this.#most() - this.#depth))
    for (const job of jobs) this.#remember(job)
    const places = jobs.length + missing
    // The list is shorter than before: the next refresh detects that.
    this.#depth = places === 0 ? Math.max(this.#depth, this.#total) : this.#depth + places
  }

  clear(): void {
    this.#jobs.clear()
    this.#kinds.clear()
    this.#depth = 0
    this.#total = 0
  }

  /** The start of the list, up to a page with a job that is already known. */
  async #front(): Promise<Front> {
    const limit = this.#jobs.size > 0 ? FIRST_LOOK : PAGE
    const { total, jobs, missing, partial = null } = await this.#read(0, limit)
    this.#beyond = partial
    const seen = [...jobs]
    let depth = jobs.length + missing
    let meetsKnown = jobs.some((job) => this.#knows(job))
    // A job added between two pages moves the others: only the length at the start counts.
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

  /** False for a job that was retried and has failed again. */
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

  /** Drops the groups that no longer have a job. */
  #forgetKinds(): void {
    const used = new Set([...this.#jobs.values()].map(({ kind }) => kind))
    for (const [key, kind] of this.#kinds) if (!used.has(kind)) this.#kinds.delete(key)
  }

  #forgetOldest(): void {
    // A job that failed again with another error leaves an empty group.
    if (this.#kinds.size > this.#jobs.size) this.#forgetKinds()
    const surplus = this.#jobs.size - this.#most()
    if (surplus <= 0) return
    const oldestFirst = [...this.#jobs.values()].sort((a, b) => (a.at ?? 0) - (b.at ?? 0))
    for (const { id } of oldestFirst.slice(0, surplus)) this.#jobs.delete(id)
    this.#forgetKinds()
    this.#depth = Math.min(this.#depth, this.#most())
  }
}
