import { performance } from 'node:perf_hooks'
import type { Page, Reader } from '../../ports.js'
import {
  type Keys,
  MAX_RECORD_CHARS,
  parseRollup,
  parseSlowEntry,
  type Rollup,
  type SlowEntry,
} from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import { Discovery } from '../../redis/discovery.js'
import { unpackText } from '../../redis/packed-text.js'
import type { StreamEntry } from '../../redis/replies.js'
import { ask } from '../../redis/send.js'
import type { Verifier } from '../../signing/verifier.js'
import { readExceptions } from './exceptions.js'
import { foreignPatterns, pulseKeys } from './foreign-keys.js'
import { ForeignNodes } from './foreign-nodes.js'
import { ForeignQueues } from './foreign-queues.js'
import { IndexedNodes } from './indexed-nodes.js'
import { QueueSnapshots } from './queue-snapshots.js'
import { fingerprintOf } from './repeats.js'
import type { ServerClock } from './server-clock.js'
import { StreamPages } from './streams.js'
import { TrustGate } from './trusted.js'

export interface RedisReaderOptions {
  /** How often foreign reporters are looked for, ms. */
  readonly scanEvery: number
  /** Null: nothing is verified. */
  readonly verifier: Verifier | null
}

export function redisReader(
  connection: Connection,
  keys: Keys,
  clock: ServerClock,
  { scanEvery, verifier }: RedisReaderOptions,
): Omit<Reader, 'close' | 'kind'> {
  const indexed = new IndexedNodes({ connection, keys, clock, verifier })
  const foreign = new ForeignNodes(connection, keys, verifier)
  const foreignQueues = new ForeignQueues(connection, keys, verifier)
  const snapshots = new QueueSnapshots(connection, keys, clock, verifier)
  const patterns = foreignPatterns(keys).map((match) => ({ match, type: 'string' as const }))
  const discovery = new Discovery(connection, patterns, scanEvery, (key) => {
    foreign.add(key)
    foreignQueues.add(key)
  })
  const slowPages = new StreamPages<SlowEntry, StreamEntry['fields']>(connection, verifier, {
    open: ({ fields }) => fields,
    trust: (fields, key) => verifier?.fields(key, fields) ?? null,
    read: (fields, service) => parseSlowEntry(fields, { service }),
    identity: (_, fields) => fingerprintOf(JSON.stringify(fields)),
  })
  const rollupPages = new StreamPages<Rollup, string>(connection, verifier, {
    open: ({ fields }) => unpackText(fields, MAX_RECORD_CHARS) ?? '',
    trust: (text, key) => verifier?.json(key, text) ?? null,
    read: (text) => parseRollup(text),
    identity: (rollup) => `${rollup.from}:${rollup.node}`,
  })
  const withPulse = (service: string, key: string, pulseKey: string) =>
    foreign.hasPulse(service) ? [key, pulseKey] : [key]

  return {
    async nodes() {
      const gate = new TrustGate(verifier)
      const [own] = await Promise.all([indexed.read(gate), discovery.look()])
      const others = await foreign.read(indexed.names(), gate)
      const unreadable = own.unreadable + others.unreadable
      const problem = own.problem && { problem: own.problem }
      return { nodes: [...own.nodes, ...others.nodes], unreadable, ...problem, ...gate.report }
    },
    async slow({ service, after, limit }) {
      const streams = withPulse(service, keys.slow(service), pulseKeys.slow(service))
      return inOrder(await slowPages.newest(service, streams, after ?? null, limit), limit)
    },
    async exceptions({ service, after, limit }) {
      const sets = withPulse(service, keys.errors(service), pulseKeys.errors(service))
      const query = { service, keys: sets, after: after ?? null, limit }
      return inOrder(await readExceptions(connection, clock, verifier, query), limit)
    },
    rollups: ({ service, since, after }) =>
      rollupPages.all(service, keys.rollup(service), after ?? null, clock.translate(since)),
    history: ({ service, since, after }) =>
      rollupPages.all(service, keys.history(service), after ?? null, clock.translate(since)),
    async queues() {
      const gate = new TrustGate(verifier)
      const [indexed] = await Promise.all([snapshots.read(gate), discovery.look()])
      const [others, inHeartbeats] = await Promise.all([
        foreignQueues.read((key) => snapshots.has(key), gate),
        foreign.queues(),
      ])
      return {
        snapshots: [...indexed.snapshots, ...others.snapshots, ...inHeartbeats],
        unreadable: indexed.unreadable + others.unreadable,
        ...(indexed.problem && { problem: indexed.problem }),
        ...gate.report,
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
