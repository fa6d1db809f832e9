import type { QueueSource } from '../../ports/index.js'
import type { JobDetail } from '../../protocol/index.js'
import { type Feed, type FeedStep, gapsOf } from '../feeds/feed.js'
import { archivedIdOf, type FinishedState, isShortId, type ListedQueue, latestEnd, rawJobOf } from './listed-queue.js'
import { type ListedJob, type Walk, walk } from './walk.js'
import { bounded, floorAfter, markOf, parseWatermark, textOf, type Watermark } from './watermark.js'

/** Jobs of one transaction. */
const STEP = 500
/** Older jobs are not archived, ms: each day has files or tables of its own. */
const MAX_AGE_MS = 30 * 24 * 60 * 60_000
/** Payloads of a list in one round, those of the newest jobs: each is a call. */
const MAX_PAYLOADS = 200
/** Payloads that are read at the same time. */
const AT_ONCE = 8
/** Larger payloads are not read, bytes. */
const MAX_PAYLOAD_BYTES = 4_000_000

/** Makes a call to a source within its time. */
export type Call = <T>(ask: (source: QueueSource) => Promise<T> | undefined) => Promise<T | undefined>

export interface FinishedFeedOptions {
  readonly queue: ListedQueue
  readonly state: FinishedState
  readonly call: Call
  /** Unix ms. */
  readonly now: () => number
  readonly withPayloads: boolean
  /** When lists were read before. */
  readonly looks: Looks
  /** Gets the number of jobs that have no end. */
  readonly onEndless: (stream: string, jobs: number) => void
}

/** By stream: the cursor that a list was read from or to, and when, Unix ms. */
export interface Looks {
  get(stream: string): { readonly cursor: string | null; readonly at: number } | undefined
  set(stream: string, look: { readonly cursor: string | null; readonly at: number }): void
}

/**
 * Archives the jobs of one list of a queue's finished jobs: what is newer than the watermark, at its first run everything. It is for one
 * round: it reads the list once, and writes the oldest jobs first, so that a process that ends in between has archived all up to its cursor.
 */
export function finishedFeed(options: FinishedFeedOptions): Feed {
  const stream = `finished:${options.queue.key}:${options.state}`
  let round: Round | null = null
  return {
    stream,
    async next(after) {
      round ??= await beginRound(stream, options, after)
      return round.step()
    },
  }
}

async function beginRound(stream: string, options: FinishedFeedOptions, after: string | null): Promise<Round> {
  const { queue, state, call, looks, onEndless } = options
  const { driver } = queue.source
  const now = options.now()
  const stored = parseWatermark(after)
  const look = looks.get(stream)
  // Without news, the floor moves with the time of the looks: an idle queue is read no deeper than its newest job.
  const floor = stored && look?.cursor === after ? Math.max(stored.floor, floorAfter(stored.at, look.at)) : 0
  const mark = stored && { ...stored, floor: Math.max(stored.floor, floor) }
  const bounds = { from: now - MAX_AGE_MS, to: latestEnd(driver, state, now) }
  const found = await walk(
    async (offset, limit) => {
      const query = { state, order: 'newest', offset, limit } as const
      return (await call((source) => source.jobs?.(queue.address, query))) ?? { jobs: [], total: 0, missing: 0 }
    },
    mark,
    { ...bounds, idOf: (job) => archivedIdOf(driver, job) },
  )
  if (found.endless > 0) onEndless(stream, found.endless)
  const fresh = found.fresh.filter(isShortId)
  if (fresh.length === 0) looks.set(stream, { cursor: after, at: now })
  return new Round(stream, options, { mark, found, fresh, now })
}

interface RoundState {
  readonly mark: Watermark | null
  readonly found: Walk
  readonly fresh: readonly ListedJob[]
  readonly now: number
}

class Round {
  readonly #stream: string
  readonly #options: FinishedFeedOptions
  readonly #state: RoundState
  readonly #withPayload: ReadonlySet<ListedJob>
  #written = 0

  constructor(stream: string, options: FinishedFeedOptions, state: RoundState) {
    this.#stream = stream
    this.#options = options
    this.#state = state
    this.#withPayload = new Set(options.withPayloads ? state.fresh.slice(-MAX_PAYLOADS) : [])
  }

  /** Null when all is written. */
  async step(): Promise<FeedStep | null> {
    const { queue, state, looks } = this.#options
    const { fresh, now } = this.#state
    const some = fresh.slice(this.#written, this.#written + STEP)
    if (some.length === 0) return null
    const payloads = await this.#payloadsOf(some)
    const gaps = this.#written === 0 ? this.#gaps() : []
    this.#written += some.length
    const isAtEnd = this.#written === fresh.length
    const cursor = textOf(isAtEnd ? this.#endMark() : this.#markAt(some))
    if (isAtEnd) looks.set(this.#stream, { cursor, at: now })
    const jobs = some.map((job) => rawJobOf(queue, state, job, payloads.get(job) ?? null))
    return { cursor, isAtEnd, jobs, gaps }
  }

  #gaps() {
    const { mark, found } = this.#state
    const lost = mark && found.lostTo !== null ? { from: mark.at, to: found.lostTo, count: null } : null
    return gapsOf(this.#stream, lost)
  }

  /** All jobs that are left to write ended later, or at the same time and without a mark. */
  #markAt(some: readonly ListedJob[]): Watermark {
    const { mark, fresh, found } = this.#state
    const floor = some.at(-1)?.finishedAt ?? 0
    const written = fresh.slice(0, this.#written).filter(({ finishedAt }) => finishedAt >= floor)
    const before = [...(mark?.marks ?? [])].filter(([, end]) => end >= floor)
    const marks = new Map([...before, ...written.map((job) => [markOf(job), job.finishedAt] as const)])
    return { at: Math.max(mark?.at ?? 0, floor), floor, total: found.total, marks }
  }

  #endMark(): Watermark {
    const { mark, fresh, found, now } = this.#state
    const at = Math.max(mark?.at ?? 0, fresh.at(-1)?.finishedAt ?? 0)
    const floor = Math.max(found.floor, floorAfter(at, now))
    return bounded({ at, floor, total: found.total, marks: new Map([...(mark?.marks ?? []), ...found.met]) })
  }

  async #payloadsOf(jobs: readonly ListedJob[]): Promise<ReadonlyMap<ListedJob, string>> {
    const payloads = new Map<ListedJob, string>()
    const wanted = jobs.filter((job) => this.#withPayload.has(job) && (job.dataBytes ?? 0) <= MAX_PAYLOAD_BYTES)
    for (let start = 0; start < wanted.length; start += AT_ONCE) {
      const some = wanted.slice(start, start + AT_ONCE)
      const texts = await Promise.all(some.map((job) => this.#payloadOf(job)))
      for (const [index, job] of some.entries()) if (texts[index]) payloads.set(job, texts[index])
    }
    return payloads
  }

  /** Null also when the job is gone, or another one has its id now. */
  async #payloadOf({ listedId, addedAt }: ListedJob): Promise<string | null> {
    const { queue, call } = this.#options
    const detail: JobDetail | null = (await call((source) => source.job?.(queue.address, listedId))) ?? null
    return detail && detail.addedAt === addedAt ? detail.data : null
  }
}
