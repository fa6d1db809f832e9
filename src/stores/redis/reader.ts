import { performance } from 'node:perf_hooks'
import type { FollowedPage, Page, Reader, StreamName } from '../../ports/index.js'
import {
  decodeSegment,
  type FinishedJobs,
  finishedJobsOfFields,
  type Keys,
  MAX_NAME_CHARS,
  parseSlowEntry,
  type QueueHistory,
  queueHistoryOfFields,
  type Rollup,
  readClockAhead,
  rollupOfFields,
  type SlowEntry,
} from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import { Discovery } from '../../redis/discovery.js'
import { asList, asText, type StreamEntry } from '../../redis/replies.js'
import { ask, send } from '../../redis/send.js'
import type { Verifier } from '../../signing/verifier.js'
import { readExceptions } from './exceptions.js'
import { foreignPatterns, pulseKeys } from './foreign-keys.js'
import { ForeignNodes } from './foreign-nodes.js'
import { ForeignQueues } from './foreign-queues.js'
import { IndexedNodes } from './indexed-nodes.js'
import { LeftOutCounts } from './left-out-counts.js'
import { QueueSnapshots } from './queue-snapshots.js'
import { RecordTimes } from './record-times.js'
import { textIdOf } from './repeats.js'
import type { ServerClock } from './server-clock.js'
import { withinTotal } from './snapshot-total.js'
import { spanPages } from './span-pages.js'
import { StreamPages } from './streams.js'
import { isAboutKey } from './texts.js'
import { TrustGate } from './trust-gate.js'
import { UnreadDocuments } from './unread-documents.js'

/** Services that are read of the index: the newest. */
const MAX_SERVICES = 2_000

export interface RedisReaderOptions {
  /** How often to search for reporters that write no index, ms. */
  readonly scanEvery: number
  /** Null when nothing is verified. */
  readonly verifier: Verifier | null
}

export function redisReader(
  connection: Connection,
  keys: Keys,
  clock: ServerClock,
  { scanEvery, verifier }: RedisReaderOptions,
): Omit<Reader, 'close' | 'kind'> {
  const indexed = new IndexedNodes({ connection, keys, clock, verifier })
  const foreign = new ForeignNodes(connection, keys, clock, verifier)
  const foreignQueues = new ForeignQueues(connection, keys, clock, verifier)
  const snapshots = new QueueSnapshots(connection, keys, clock, verifier)
  const patterns = foreignPatterns(keys).map((match) => ({ match, type: 'string' as const }))
  const discovery = new Discovery(connection, patterns, scanEvery, (key) => {
    foreign.add(key)
    foreignQueues.add(key)
  })
  const unreadDocuments = new UnreadDocuments(connection, keys)
  const times = new RecordTimes(verifier !== null)
  const slowPages = new StreamPages<SlowEntry, StreamEntry['fields']>(connection, clock, verifier, {
    open: ({ fields }) => fields,
    trust: (fields, key) => verifier?.fields(key, fields) ?? null,
    read: (fields, service, written) => {
      const entry = parseSlowEntry(fields, { service })
      return entry && times.ofRecord(entry, { service, node: entry.node, clockAhead: readClockAhead(fields), written })
    },
    identity: (_, fields) => textIdOf(JSON.stringify(fields)),
  })
  const parts = { connection, clock, verifier, times }
  const rollupPages = spanPages<Rollup>(parts, rollupOfFields)
  const queuePages = spanPages<QueueHistory>(parts, queueHistoryOfFields)
  const jobPages = spanPages<FinishedJobs>(parts, finishedJobsOfFields, {
    identity: ({ node, seq }) => `${seq}:${node}`,
    moved: moveJobs,
  })
  const withPulse = (service: string, key: string, pulseKey: string) =>
    foreign.hasPulse(service) ? [key, pulseKey] : [key]

  return {
    now: () => clock.now() ?? Date.now(),
    async nodes() {
      const gate = new TrustGate(verifier)
      const leftOut = new LeftOutCounts()
      const [own, unread] = await Promise.all([indexed.read(gate, leftOut), unreadDocuments.count(), discovery.scan()])
      leftOut.add('documents', unread)
      const others = await foreign.read(indexed, gate, leftOut)
      const nodes = [...own.nodes, ...others.nodes]
      times.note(nodes)
      const unreadable = own.unreadable + others.unreadable
      const problem = own.problem && { problem: own.problem }
      return { nodes, unreadable, ...problem, ...gate.report, ...leftOut.report }
    },
    async services() {
      const [reply] = await send(connection, [['zrange', keys.serviceIndex, -MAX_SERVICES, -1]])
      if (reply?.error && !isAboutKey(reply)) throw reply.error
      return asList(reply?.value).flatMap((member) => decodedService(asText(member)))
    },
    async slow({ service, after, limit }) {
      const streams = withPulse(service, keys.slow(service), pulseKeys.slow(service))
      return inOrder(await slowPages.newest(service, streams, after ?? null, limit), limit)
    },
    async exceptions({ service, after, limit }) {
      const sets = withPulse(service, keys.errors(service), pulseKeys.errors(service))
      const query = { service, keys: sets, after: after ?? null, limit }
      return inOrder(await readExceptions({ connection, clock, verifier, times }, query), limit)
    },
    rollups: ({ service, since, after }) => rollupPages.all(service, keys.rollup(service), after ?? null, since),
    history: ({ service, since, after }) => rollupPages.all(service, keys.history(service), after ?? null, since),
    queueHistory: ({ service, since, after }) => {
      const key = service === null ? keys.ownQueueHistory : keys.queueHistory(service)
      return queuePages.all(service ?? '', key, after ?? null, since)
    },
    finishedJobs: ({ service, since, after }) => jobPages.all(service, keys.jobs(service), after ?? null, since),
    async follow({ stream, service, after }) {
      const pages = { history: rollupPages, queues: queuePages, slow: slowPages, jobs: jobPages }[stream]
      const page = await pages.follow(service ?? '', streamKey(keys, stream, service), after)
      return page as FollowedPage<never>
    },
    async queues() {
      const gate = new TrustGate(verifier)
      const leftOut = new LeftOutCounts()
      const [indexed] = await Promise.all([snapshots.read(gate, leftOut), discovery.scan()])
      const [others, inHeartbeats] = await Promise.all([
        foreignQueues.read((key) => snapshots.has(key), gate, leftOut),
        foreign.queues(leftOut),
      ])
      const found = withinTotal([...indexed.snapshots, ...others.snapshots, ...inHeartbeats])
      leftOut.add(
        'queues',
        found.reduce((sum, { left = 0 }) => sum + left, 0),
      )
      return {
        snapshots: found,
        unreadable: indexed.unreadable + others.unreadable,
        ...(indexed.problem && { problem: indexed.problem }),
        ...gate.report,
        ...leftOut.report,
      }
    },
    async ping() {
      const start = performance.now()
      await ask(connection, ['ping'])
      return performance.now() - start
    },
  }
}

function decodedService(member: string | null): string[] {
  const name = member === null || member.length > 9 * MAX_NAME_CHARS ? null : decodeSegment(member)
  return name === null || name === '' || name.length > MAX_NAME_CHARS ? [] : [name]
}

function streamKey(keys: Keys, stream: StreamName, service: string | null): string {
  if (service === null) return keys.ownQueueHistory
  return { history: keys.history, queues: keys.queueHistory, slow: keys.slow, jobs: keys.jobs }[stream](service)
}

function moveJobs({ jobs }: FinishedJobs, ms: number): void {
  for (const job of jobs) {
    job.finishedAt = Math.max(0, job.finishedAt + ms)
    if (job.startedAt !== null) job.startedAt = Math.max(0, job.startedAt + ms)
    if (job.addedAt !== null) job.addedAt = Math.max(0, job.addedAt + ms)
  }
}

function inOrder<T extends { ts: number }>(page: Page<T>, limit: number): Page<T> {
  const records = [...page.records].sort((a, b) => a.ts - b.ts)
  return { ...page, records: limit > 0 ? records.slice(-limit) : [] }
}
