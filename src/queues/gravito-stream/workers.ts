import { MAX_QUEUES } from '../../protocol/index.js'
import { own, readObject, readText } from '../../protocol/read.js'
import type { Connection } from '../../redis/connection.js'
import { asText } from '../../redis/replies.js'
import type { Reply } from '../../redis/send.js'
import { sendInPortions } from '../shared/redis.js'

const MAX_WORKERS = 2_000
/** How many queues one heartbeat names, and how many are remembered; of others nobody knows who works for them. */
const MAX_NAMED = 1_000

/** What one look at the heartbeats came to. */
export interface WorkerCounts {
  /** Null when nothing says how many there are: most workers report only when they are told to. */
  of(queue: string): number | null
}

/** Heartbeats of workers, which name the queues that they work for and run out by themselves. */
export class Workers {
  readonly #keys = new Set<string>()
  /** Whether there are more than are looked at: then nobody knows how many work on a queue. */
  #isCrowded = false
  /** Queues that a heartbeat named once: of these, no heartbeat means no worker. */
  readonly #reported = new Set<string>()

  add(key: string): void {
    if (this.#keys.size < MAX_WORKERS) this.#keys.add(key)
    else if (!this.#keys.has(key)) this.#isCrowded = true
  }

  /** Never rejects: a heartbeat that can't be read is none. */
  async count(connection: Connection): Promise<WorkerCounts> {
    const keys = [...this.#keys]
    const replies = await sendInPortions(
      connection,
      keys.map((key) => ['get', key] as const),
    )
    const named = replies.map((reply, index) => this.#namedBy(reply, keys[index] ?? ''))
    // One that does not say what it works for may work for any.
    const isUnclear = this.#isCrowded || named.some((queues) => queues === null || queues.length > MAX_NAMED)
    this.#isCrowded = false
    const counts = new Map<string, number>()
    for (const queue of named.flatMap((queues) => queues?.slice(0, MAX_NAMED) ?? [])) {
      counts.set(queue, (counts.get(queue) ?? 0) + 1)
      if (this.#reported.size < MAX_QUEUES) this.#reported.add(queue)
    }
    return { of: (queue) => (isUnclear || !this.#reported.has(queue) ? null : (counts.get(queue) ?? 0)) }
  }

  /** Null when nobody knows. */
  #namedBy(reply: Reply, key: string): readonly string[] | null {
    if (reply.error) return null
    const text = asText(reply.value)
    if (text !== null) return queuesOf(text)
    this.#keys.delete(key)
    return []
  }
}

/** None for a worker of another framework, which may report under the same keys; null when it does not say. */
function queuesOf(text: string | null): readonly string[] | null {
  const fields = readObject(text)
  if (!fields) return null
  const framework = readText(fields, 'framework', 100)
  if (framework !== null && !/gravito/i.test(framework)) return []
  const queues = own(fields, 'queues')
  return Array.isArray(queues) ? [...new Set(queues.filter((queue) => typeof queue === 'string'))] : null
}
