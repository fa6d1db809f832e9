import { performance } from 'node:perf_hooks'
import type { QueueReading, SourceReading } from '../../../ports/index.js'
import type { JobState } from '../../../protocol/index.js'
import { ageOf, earliest, type QueueKind, readingOf } from '../../shared/readings.js'
import { countOf, dueAt, getJobs, idsFromOldest } from './jobs.js'
import type { ApiJob, ApiQueue } from './types.js'

/** Workers change seldom. ms */
const WORKERS_EVERY_MS = 15_000
/** Queues to read at a time: each takes several queries. */
const AT_A_TIME = 5

/** Reads queues one by one. The API does not count jobs that were added and ended. */
export class ApiReader {
  readonly #kind: QueueKind
  readonly #queues: readonly ApiQueue[]
  readonly #use: <T>(queue: ApiQueue, action: (queue: ApiQueue) => Promise<T>) => Promise<T>
  readonly #workers = new Map<string, { readonly at: number; readonly count: number | null }>()

  constructor(
    kind: QueueKind,
    queues: readonly ApiQueue[],
    use: <T>(queue: ApiQueue, action: (queue: ApiQueue) => Promise<T>) => Promise<T>,
  ) {
    this.#kind = kind
    this.#queues = queues
    this.#use = use
  }

  async read(): Promise<SourceReading> {
    const results: PromiseSettledResult<QueueReading>[] = []
    for (let index = 0; index < this.#queues.length; index += AT_A_TIME) {
      const some = this.#queues.slice(index, index + AT_A_TIME)
      results.push(...(await Promise.allSettled(some.map((queue) => this.#use(queue, (one) => this.#readQueue(one))))))
    }
    const [first] = results
    if (first?.status === 'rejected' && results.every(({ status }) => status === 'rejected')) throw first.reason
    const queues = results.map((result, index) => {
      if (result.status === 'fulfilled') return result.value
      const error: unknown = result.reason
      const text = error instanceof Error ? error.message : String(error)
      return readingOf(this.#kind, this.#queues[index]?.name ?? '', { error: text })
    })
    return { server: null, queues }
  }

  async #readQueue(queue: ApiQueue): Promise<QueueReading> {
    const counts = await Promise.all(
      this.#kind.states.map(async (state) => [state, await countOf(queue, state)] as const),
    )
    const metrics = Object.fromEntries(counts) as Record<JobState, number>
    const [paused, version, workers, waiting, urgent, delayed] = await Promise.all([
      queue.isPaused(),
      queue.getVersion(),
      this.#workersOf(queue),
      oldestOf(queue, 'waiting', metrics.waiting),
      oldestOf(queue, 'prioritized', metrics.prioritized),
      oldestOf(queue, 'delayed', metrics.delayed),
    ])
    const now = Date.now()
    const due = delayed && dueAt(delayed)
    return readingOf(this.#kind, queue.name, {
      metrics,
      paused,
      oldestMs: ageOf(earliest([waiting, urgent].map((job) => job && dueAt(withDelay(job)))), now),
      overdueMs: due !== null && due < now ? now - due : null,
      workers,
      meta: version === null ? null : { version },
    })
  }

  async #workersOf(queue: ApiQueue): Promise<number | null> {
    const known = this.#workers.get(queue.name)
    if (known && performance.now() - known.at < WORKERS_EVERY_MS) return known.count
    const count = await queue.getWorkersCount().catch(() => null)
    this.#workers.set(queue.name, { at: performance.now(), count })
    return count
  }
}

async function oldestOf(queue: ApiQueue, state: JobState, total: number): Promise<ApiJob | null> {
  const [job = null] = await getJobs(queue, await idsFromOldest(queue, state, total, 0, 1))
  return job
}

/** A waiting job no longer has a delay: the one that it was added with is over. */
function withDelay(job: ApiJob): ApiJob {
  const delay = typeof job.opts.delay === 'number' ? job.opts.delay : 0
  const isOver = job.timestamp + delay <= Date.now()
  return Object.assign(Object.create(job) as ApiJob, { delay: isOver && job.processedOn === undefined ? delay : 0 })
}
