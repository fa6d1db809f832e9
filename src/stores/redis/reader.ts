import type { Page, Reader } from '../../ports.js'
import { type Keys, parseRollup, parseSlowEntry, type Rollup, type SlowEntry } from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import { Discovery } from '../../redis/discovery.js'
import { ask } from '../../redis/send.js'
import { readExceptions } from './exceptions.js'
import { foreignPatterns, pulseKeys } from './foreign-keys.js'
import { ForeignNodes } from './foreign-nodes.js'
import { ForeignQueues } from './foreign-queues.js'
import { readNodes } from './nodes.js'
import { QueueSnapshots } from './queue-snapshots.js'
import { fingerprintOf } from './repeats.js'
import type { ServerClock } from './server-clock.js'
import { StreamPages } from './streams.js'

/** @param scanEveryMs how often foreign reporters are looked for */
export function redisReader(
  connection: Connection,
  keys: Keys,
  clock: ServerClock,
  scanEveryMs: number,
): Omit<Reader, 'close' | 'kind'> {
  const foreign = new ForeignNodes(connection, keys)
  const foreignQueues = new ForeignQueues(connection, keys)
  const snapshots = new QueueSnapshots(connection, keys, clock)
  const patterns = foreignPatterns(keys).map((match) => ({ match, type: 'string' as const }))
  const discovery = new Discovery(connection, patterns, scanEveryMs, (key) => {
    foreign.add(key)
    foreignQueues.add(key)
  })
  const slowPages = new StreamPages<SlowEntry>(connection, {
    read: (entry, service) => parseSlowEntry(entry.fields, { service }),
    identity: (_, entry) => fingerprintOf(JSON.stringify(entry.fields)),
  })
  const rollupPages = new StreamPages<Rollup>(connection, {
    read: (entry) => parseRollup(entry.fields.data),
    identity: (rollup) => `${rollup.from}:${rollup.node}`,
  })
  const withPulse = (service: string, key: string, pulseKey: string) =>
    foreign.hasPulse(service) ? [key, pulseKey] : [key]

  return {
    nodes: () => readNodes({ connection, keys, clock, foreign, discovery }),
    async slow({ service, after, limit }) {
      const streams = withPulse(service, keys.slow(service), pulseKeys.slow(service))
      return inOrder(await slowPages.newest(service, streams, after ?? null, limit), limit)
    },
    async exceptions({ service, after, limit }) {
      const sets = withPulse(service, keys.errors(service), pulseKeys.errors(service))
      const query = { service, keys: sets, after: after ?? null, limit }
      return inOrder(await readExceptions(connection, clock, query), limit)
    },
    rollups: ({ service, since, after }) =>
      rollupPages.all(service, keys.rollup(service), after ?? null, clock.translate(since)),
    history: ({ service, since, after }) =>
      rollupPages.all(service, keys.history(service), after ?? null, clock.translate(since)),
    async queues() {
      const [indexed] = await Promise.all([snapshots.read(), discovery.look()])
      const [others, inHeartbeats] = await Promise.all([
        foreignQueues.read((key) => snapshots.has(key)),
        foreign.queues(),
      ])
      return {
        snapshots: [...indexed.snapshots, ...others.snapshots, ...inHeartbeats],
        unreadable: indexed.unreadable + others.unreadable,
      }
    },
    async ping() {
      const start = performance.now()
      await ask(connection, ['ping'])
      return performance.now() - start
    },
  }
}

function inOrder<T extends { ts: number }>(page: Page<T>, limit: number): Page<T> {
  const records = [...page.records].sort((a, b) => a.ts - b.ts)
  return { ...page, records: limit > 0 ? records.slice(-limit) : [] }
}
