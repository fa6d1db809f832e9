import type { JobListing, JobSummary } from '../../protocol/index.js'
import { type Attempt, isArchived, markOf, type Watermark } from './watermark.js'

/** An idle queue costs one page of this size a round. */
const FIRST_PAGE = 20
const PAGE = 500
/** Pages of a list in one round, about 10,000 jobs. */
const MAX_PAGES = 21
/** Shorter lists are emptied by users: all of their jobs may be new without one lost. */
const MIN_TRIMMED = 10

/** A job of a list of finished jobs. Its `id` is the archive's. */
export interface ListedJob extends Omit<JobSummary, keyof Attempt>, Attempt {
  /** By which its source finds it. */
  readonly listedId: string
}

/** A part of a list, newest first. */
export type ReadList = (offset: number, limit: number) => Promise<JobListing>

export interface WalkBounds {
  /** Jobs that ended before are not archived, Unix ms. */
  readonly from: number
  /** Later ends are not believed, or may still change, Unix ms. */
  readonly to: number
  readonly idOf: (job: JobSummary) => string
}

/** What one round found in a list. */
export interface Walk {
  /** Oldest first. */
  readonly fresh: readonly ListedJob[]
  /** Marks of all jobs that were met, with their ends. */
  readonly met: ReadonlyMap<string, number>
  /** All jobs in the list that ended from here on were met. */
  readonly floor: number
  /** Number of jobs in the list. */
  readonly total: number
  /** Jobs between the watermark and the oldest one that was met are lost; null if none are. */
  readonly lostTo: number | null
  /** Number of jobs without an end: they can't be archived. */
  readonly endless: number
}

/** Reads a list, newest first, down to its watermark or to its end. @throws what `read` rejects with */
export async function walk(read: ReadList, mark: Watermark | null, bounds: WalkBounds): Promise<Walk> {
  const seen = new Seen(mark, bounds)
  let offset = 0
  let limit = FIRST_PAGE
  let back = PAGE
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const { jobs, total } = await read(offset, limit)
    seen.total = total
    const isConnected = offset === 0 || jobs.some((job) => seen.has(job))
    if (!isConnected) {
      // Jobs left the list meanwhile, and others moved up past this page.
      offset = Math.max(0, offset - back)
      back *= 2
    } else if (seen.add(jobs)) {
      return seen.result('reached')
    } else if (offset + limit >= total) {
      return seen.result('end')
    } else {
      // The next page begins with the last job of this one.
      offset += limit - 1
    }
    limit = PAGE
  }
  return seen.result('bound')
}

/** Jobs that a walk has met. A list grows meanwhile: then the next page has some of them again. */
class Seen {
  total = 0
  readonly #mark: Watermark | null
  readonly #bounds: WalkBounds
  readonly #floor: number
  readonly #seen = new Set<string>()
  readonly #met = new Map<string, number>()
  readonly #fresh: ListedJob[] = []
  #known = 0
  #endless = 0
  #oldest = Number.POSITIVE_INFINITY

  constructor(mark: Watermark | null, bounds: WalkBounds) {
    this.#mark = mark
    this.#bounds = bounds
    this.#floor = Math.max(bounds.from, mark?.floor ?? 0)
  }

  has(job: JobSummary): boolean {
    return this.#seen.has(this.#keyOf(job))
  }

  /** @returns whether the page goes down to the watermark */
  add(jobs: readonly JobSummary[]): boolean {
    for (const job of jobs) if (!this.has(job)) this.#addOne(job)
    const last = jobs.findLast(({ finishedAt }) => finishedAt !== null)
    return last !== undefined && (last.finishedAt ?? 0) < this.#floor
  }

  result(how: 'reached' | 'end' | 'bound'): Walk {
    const { total } = this
    const isTrimmed = how === 'end' && this.#known === 0 && total >= Math.max(MIN_TRIMMED, this.#mark?.total ?? 0)
    const isLost = this.#mark !== null && (how === 'bound' || isTrimmed) && this.#oldest > this.#mark.at
    return {
      fresh: this.#fresh.sort((one, other) => one.finishedAt - other.finishedAt),
      met: this.#met,
      floor: how === 'bound' ? Math.max(this.#floor, this.#oldest) : this.#floor,
      total,
      lostTo: isLost && Number.isFinite(this.#oldest) ? this.#oldest : null,
      endless: this.#endless,
    }
  }

  #addOne(job: JobSummary): void {
    const { finishedAt } = job
    this.#seen.add(this.#keyOf(job))
    if (finishedAt === null) {
      this.#endless += 1
      return
    }
    if (finishedAt > this.#bounds.to) return
    this.#oldest = Math.min(this.#oldest, finishedAt)
    const listed = { ...job, id: this.#bounds.idOf(job), listedId: job.id, finishedAt }
    if (finishedAt < this.#floor || isArchived(this.#mark, listed)) this.#known += 1
    else this.#fresh.push(listed)
    if (finishedAt >= this.#floor) this.#met.set(markOf(listed), finishedAt)
  }

  #keyOf(job: JobSummary): string {
    return `${job.finishedAt} ${this.#bounds.idOf(job)}`
  }
}
