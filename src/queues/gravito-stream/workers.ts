import { MAX_QUEUES } from '../../protocol/index.js'
import { own, readObject, readText } from '../../protocol/read.js'
import type { Connection } from '../../redis/connection.js'
import { asText } from '../../redis/replies.js'
import type { Reply } from '../../redis/send.js'
import { sendInPortions } from '../shared/redis.js'

const MAX_WORKERS = 2_000
/** Most queues of one heartbeat, and most queues to remember; the workers of others are unknown. */
const MAX_NAMED = 1_000

/** The result of reading the heartbeats once. */
export interface WorkerCounts {
  /** Null if unknown: most workers report only if configured to. */
  of(queue: string): number | null
}

/** Heartbeats of workers, which name their queues and expire. */
export class Workers {
  readonly #keys = new Set<string>()
  /** Whether there are more heartbeats than the limit: then the number of workers of a queue is unknown. */
  #isCrowded = false
  /** Queues that a heartbeat has named: for these, no heartbeat means no worker. */
  readonly #reported = new Set<string>()

  add(key: string): void {
    if (this.#keys.size < MAX_WORKERS) this.#keys.add(key)
    else if (!this.#keys.has(key)) this.#isCrowded = true
  }

  /** Never rejects: a heartbeat that cannot be read counts as none. */
  async count(connection: Connection): Promise<WorkerCounts> {
    const keys = [...this.#keys]
    const replies = await sendInPortions(
      connection,
      keys.map((key) => ['get', key] as const),
    )
    const named = replies.map((reply, index) => this.#namedBy(reply, keys[index] ?? ''))
    // One that does not name its queues may work for any.
    const isUnclear = this.#isCrowded || named.some((queues) => queues === null || queues.length > MAX_NAMED)
    this.#isCrowded = false
    const counts = new Map<string, number>()
    for (const queue of named.flatMap((queues) => queues?.slice(0, MAX_NAMED) ?? [])) {
      counts.set(queue, (counts.get(queue) ?? 0) + 1)
      if (this.#reported.size < MAX_QUEUES) this.#reported.add(queue)
    }
    return { of: (queue) => (isUnclear || !this.#reported.has(queue) ? null : (counts.get(queue) ?? 0)) }
  }

  /** Null if unknown. */
  #namedBy(reply: Reply, key: string): readonly string[] | null {
    if (reply.error) return null
    const text = asText(reply.value)
    if (text !== null) return queuesOf(text)
    this.#keys.delete(key)
    return []
  }
}

/** Empty for a worker of another framework, which may use the same keys; null if it does not name its queues. */
function queuesOf(text: string | null): readonly string[] | null {
  const fields = readObject(text)
  if (!fields) return null
  const framework = readText(fields, 'framework', 100)
  if (framework !== null && !/gravito/i.test(framework)) return []
  const queues = own(fields, 'queues')
  return Array.isArray(queues) ? [...new Set(queues.filter((queue) => typeof queue === 'string'))] : null
}
