import type { Connection } from '../../redis/connection.js'
import { Discovery } from '../../redis/discovery.js'
import { escapeGlob } from '../../redis/glob.js'
import { type FoundQueue, readQueueKey } from './names.js'
import type { ResolvedOptions } from './options.js'

/** How often all keys are looked through, ms. */
const EVERY_MS = 60_000

const HORIZON_KEY = /^(.*horizon:\}?)(?:measured_queues|masters)$/

interface Findings {
  queue(found: FoundQueue): void
  horizon(prefix: string): void
}

/** Looks through a Redis for queues of Laravel and for Horizon, as far as the options do not name them. */
export class KeyFinder {
  readonly #looks: readonly Discovery[]

  constructor(connection: Connection, { prefix, horizon, names }: ResolvedOptions, findings: Findings) {
    const looks: Discovery[] = []
    if (prefix === null || names === null)
      for (const type of ['list', 'zset'] as const) {
        const match = `${prefix === null ? '*' : escapeGlob(prefix)}queues:*`
        const found = (key: string) => {
          const queue = readQueueKey(key, type, prefix)
          if (queue) findings.queue(queue)
        }
        looks.push(new Discovery(connection, [{ match, type }], EVERY_MS, found))
      }
    if (horizon === null) {
      const keys = [
        { match: '*horizon:*measured_queues', type: 'set' } as const,
        { match: '*horizon:*masters', type: 'zset' } as const,
      ]
      const found = (key: string) => {
        const own = HORIZON_KEY.exec(key)?.[1]
        if (own) findings.horizon(own)
      }
      looks.push(new Discovery(connection, keys, EVERY_MS, found))
    }
    this.#looks = looks
  }

  async look(): Promise<void> {
    await Promise.all(this.#looks.map((one) => one.look()))
  }
}
