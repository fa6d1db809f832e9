import { escapeGlob } from '../../lib/glob.js'
import type { Connection } from '../../redis/connection.js'
import { Discovery } from '../../redis/discovery.js'
import { type FoundQueue, prefixOfNotify, readQueueKey } from './names.js'
import type { ResolvedOptions } from './options.js'

/** Interval of the search through all keys, ms. */
const EVERY_MS = 60_000

const HORIZON_KEY =
  /^(.*?)(measured_queues|masters|(?:recent|recent_failed|pending|completed|silenced|failed|monitored)_jobs)$/s
/** Another prefix counts as Horizon's only if it has several of Horizon's keys. */
const HORIZON_PREFIX = /horizon:\}?$/

interface Findings {
  queue(found: FoundQueue): void
  connection(prefix: string): void
  horizon(prefix: string): void
}

/** Searches a Redis for Laravel's queues and for Horizon, unless the options name them. */
export class KeyFinder {
  readonly #scans: readonly Discovery[]

  constructor(connection: Connection, { prefix, horizon, names }: ResolvedOptions, findings: Findings) {
    const scans: Discovery[] = []
    if (prefix === null || names === null)
      for (const type of ['list', 'zset'] as const) {
        const match = `${prefix === null ? '*' : escapeGlob(prefix)}queues:*`
        const found = (key: string) => {
          const queue = readQueueKey(key, type, prefix)
          if (queue) findings.queue(queue)
          const notified = type === 'list' && prefix === null ? prefixOfNotify(key) : null
          if (notified !== null) findings.connection(notified)
        }
        scans.push(new Discovery(connection, [{ match, type }], EVERY_MS, found))
      }
    if (horizon === null) {
      const keys = [
        { match: '*measured_queues', type: 'set' } as const,
        { match: '*horizon:*masters', type: 'zset' } as const,
        { match: '*_jobs', type: 'zset' } as const,
      ]
      scans.push(new Discovery(connection, keys, EVERY_MS, horizonTeller(findings)))
    }
    this.#scans = scans
  }

  /** Whether this user may not SCAN. */
  get isDenied(): boolean {
    return this.#scans.some((one) => one.isDenied)
  }

  async scan(): Promise<void> {
    await Promise.all(this.#scans.map((one) => one.scan()))
  }
}

function horizonTeller(findings: Findings): (key: string) => void {
  const seen = new Map<string, Set<string>>()
  return (key) => {
    const [, prefix = '', name = ''] = HORIZON_KEY.exec(key) ?? []
    if (name === '') return
    const names = (seen.get(prefix) ?? new Set()).add(name)
    seen.set(prefix, names)
    if (HORIZON_PREFIX.test(prefix) || names.size > 1) findings.horizon(prefix)
  }
}
