import { own, readObject, readText } from '../../protocol/read.js'
import type { Connection } from '../../redis/connection.js'
import { asText } from '../../redis/replies.js'
import { sendInPortions } from '../shared/redis.js'

const MAX_WORKERS = 2_000

/** What one look at the heartbeats came to. */
export interface WorkerCounts {
  /** Null when nothing says how many there are: most workers report only when they are told to. */
  of(queue: string): number | null
}

/** Heartbeats of workers, which name the queues that they work for and run out by themselves. */
export class Workers {
  readonly #keys = new Set<string>()
  /** Queues that a heartbeat named once: of these, no heartbeat means no worker. */
  readonly #reported = new Set<string>()

  add(key: string): void {
    if (this.#keys.size < MAX_WORKERS) this.#keys.add(key)
  }

  /** Never rejects: a heartbeat that can't be read is none. */
  async count(connection: Connection): Promise<WorkerCounts> {
    const keys = [...this.#keys]
    const replies = await sendInPortions(
      connection,
      keys.map((key) => ['get', key] as const),
    )
    const counts = new Map<string, number>()
    let isUnclear = replies.some((reply) => reply.error !== null)
    for (const [index, reply] of replies.entries()) {
      const text = asText(reply.value)
      if (text === null && !reply.error) this.#keys.delete(keys[index] ?? '')
      const queues = queuesOf(text)
      // One that does not say what it works for may work for any.
      if (queues === null) isUnclear ||= text !== null
      for (const queue of queues ?? []) counts.set(queue, (counts.get(queue) ?? 0) + 1)
    }
    for (const queue of counts.keys()) this.#reported.add(queue)
    return { of: (queue) => (isUnclear || !this.#reported.has(queue) ? null : (counts.get(queue) ?? 0)) }
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
