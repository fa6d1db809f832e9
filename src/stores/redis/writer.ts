import { performance } from 'node:perf_hooks'
import { wallClock } from '../../lib/clock.js'
import type { Batch, StoreRecord, WriteResult, Writer } from '../../ports/index.js'
import {
  EXCEPTION_LIFE_MS,
  encodeException,
  encodeHeartbeat,
  encodeQueueHistory,
  encodeRollup,
  encodeSegment,
  encodeSlowEntry,
  type Heartbeat,
  HISTORY_LIFE_MS,
  heartbeatLife,
  INDEX_LIFE_MS,
  type Keys,
  MAX_EXCEPTIONS,
  MAX_RECORD_CHARS,
  MAX_SLOW_ENTRIES,
  nodeMember,
  ROLLUP_LIFE_MS,
  SERVICE_INDEX_LIFE_MS,
  shiftBlocked,
} from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import type { RedisError } from '../../redis/errors.js'
import { packText } from '../../redis/packed-text.js'
import { asNumber } from '../../redis/replies.js'
import { type Reply, send } from '../../redis/send.js'
import type { Signer } from '../../signing/signer.js'
import { FinishedJobsWriter, type PackedJobs } from './finished-jobs.js'
import type { ServerClock } from './server-clock.js'
import { isOfPart } from './texts.js'
import { aheadBy, just, keeping, type Step, shiftOf, type Way } from './write-steps.js'

/** Retention of records of spans of time, ms. */
const LIVES = { rollup: ROLLUP_LIFE_MS, history: HISTORY_LIFE_MS, queues: HISTORY_LIFE_MS } as const

/** How often old records are pruned, ms. */
const TIDY_EVERY_MS = 60_000

export function redisWriter(
  connection: Connection,
  keys: Keys,
  clock: ServerClock,
  signer: Signer,
): Pick<Writer, 'write' | 'removeNode'> {
  const way: Way = { keys, clock, signer }
  const jobs = new FinishedJobsWriter(way)
  let tidiedAt = Number.NEGATIVE_INFINITY
  let isIndexed = false

  /** A node that is added to the index again was lost with all else that is written seldom, such as by FLUSHALL. */
  function noteIndexed(value: unknown): void {
    if (isIndexed && asNumber(value) === 1) {
      tidiedAt = Number.NEGATIVE_INFINITY
      jobs.renew()
    }
    isIndexed = true
  }

  function tidySteps(service: string): Step[] {
    if (performance.now() - tidiedAt < TIDY_EVERY_MS && !clock.isDoubtful) return []
    const done = (value: unknown, sentAt: number) => {
      clock.learn(value, sentAt)
      tidiedAt = performance.now()
    }
    const refused = () => {
      clock.refuse()
      tidiedAt = performance.now()
    }
    const time: Step = { command: ['time'], records: [], done, refused }
    return [
      ...pruneIndex(keys, clock.oldest(INDEX_LIFE_MS)),
      ...serviceSteps(way, service),
      ...expireRollups(keys, service),
      time,
    ]
  }

  // No await before the commands are sent: if the connection is ready, they are in the socket when this returns.
  function put(batch: Batch, packed: PackedJobs = jobs.pack(batch)): Promise<WriteResult> {
    const steps = [
      ...heartbeatSteps(way, batch, noteIndexed),
      ...slowSteps(way, batch),
      ...exceptionSteps(way, batch),
      ...spanSteps(way, batch),
      ...jobs.steps(batch.service, packed),
      ...tidySteps(batch.service),
    ]
    const commands = steps.map((step) => step.command)
    const sentAt = performance.now()
    return send(connection, commands).then((replies) => resultOf(batch, steps, replies, sentAt))
  }

  /** @returns the error when Redis does not answer; null when it does, even if it denies TIME */
  async function askTime(): Promise<RedisError | null> {
    const sentAt = performance.now()
    const [reply] = await send(connection, [['time']])
    if (isRefusal(reply)) clock.refuse()
    // Any node of a Cluster may get this command, also one that is down and not written to.
    else if (isOfPart(reply)) return null
    else if (reply?.error) return reply.error
    else clock.learn(reply?.value, sentAt)
    return null
  }

  return {
    write(batch) {
      if (batch.canWait) return jobs.packLater(batch).then((packed) => put(batch, packed))
      // A batch without a heartbeat is the last one of a process: it must not wait.
      if (!batch.heartbeat || !clock.isDoubtful || !clock.isAnswering) return put(batch)
      return askTime().then((error) => (error ? { unwritten: batch.records, error } : put(batch)))
    },
    async removeNode(service, node) {
      await send(connection, [
        ['del', keys.node(service, node)],
        ['zrem', keys.nodeIndex, nodeMember(service, node)],
      ])
    },
  }
}

function isRefusal(reply: Reply | undefined): boolean {
  return reply?.error?.code === 'NOPERM' || reply?.error?.code === 'NOCMD'
}

function resultOf(batch: Batch, steps: readonly Step[], replies: readonly Reply[], sentAt: number): WriteResult {
  const lost = new Set<StoreRecord>()
  let error: Error | null = null
  steps.forEach((step, index) => {
    const reply = replies[index]
    if (step.refused && isRefusal(reply)) step.refused()
    else if (reply?.error) {
      error ??= reply.error
      for (const record of step.records) lost.add(record)
    } else step.done?.(reply?.value, sentAt)
  })
  return { unwritten: batch.records.filter((record) => lost.has(record)), error }
}

function heartbeatSteps(
  { keys, clock, signer }: Way,
  { heartbeat, service, node, clockOrigin }: Batch,
  done: (added: unknown) => void,
): Step[] {
  if (!heartbeat) return []
  const key = keys.node(service, node)
  const timestamp = clock.translate(heartbeat.timestamp, clockOrigin)
  const shift = clock.shift(clockOrigin)
  const blocked = shiftBlocked(heartbeat.blocked, shift ?? 0)
  const text = encodeHeartbeat({ ...heartbeat, timestamp, blocked, clockAhead: aheadBy(shift) })
  return [
    just('set', key, signer.json(key, text), 'PX', lifeOf(heartbeat)),
    { ...just('zadd', keys.nodeIndex, timestamp, nodeMember(service, node)), done },
  ]
}

/** An archive finds the streams of a service by it when all nodes have left. */
function serviceSteps({ keys, clock }: Way, service: string): Step[] {
  const oldest = clock.oldest(SERVICE_INDEX_LIFE_MS)
  return [
    just('zadd', keys.serviceIndex, clock.translate(wallClock()), encodeSegment(service)),
    ...(oldest === null ? [] : [just('zremrangebyscore', keys.serviceIndex, '-inf', oldest)]),
  ]
}

function dated<T extends { readonly ts: number }>(record: T, shift: number | null): T {
  return shift ? { ...record, ts: Math.max(0, record.ts + shift) } : record
}

function datedSpan<T extends { readonly from: number; readonly to: number }>(span: T, shift: number | null): T {
  if (!shift) return span
  return { ...span, from: Math.max(0, span.from + shift), to: Math.max(0, span.to + shift) }
}

function lifeOf(heartbeat: Heartbeat): number {
  return Math.ceil(heartbeatLife(heartbeat.interval ?? 0))
}

function slowSteps({ keys, clock, signer }: Way, { service, records }: Batch): Step[] {
  const key = keys.slow(service)
  return records.flatMap((entry) => {
    if (entry.type !== 'slow') return []
    const shift = shiftOf(entry, clock)
    const fields = signer.fields(key, encodeSlowEntry(dated(entry.record, shift), aheadBy(shift)))
    return [keeping([entry], 'xadd', key, 'MAXLEN', '~', MAX_SLOW_ENTRIES, '*', ...fields)]
  })
}

/**
 * The score is the time of the first write (NX), so that a reader that continues from a score misses nothing that an outage delayed.
 */
function exceptionSteps({ keys, clock, signer }: Way, { service, records }: Batch): Step[] {
  const entries = records.filter((entry) => entry.type === 'exception')
  if (entries.length === 0) return []
  const key = keys.errors(service)
  const oldest = clock.oldest(EXCEPTION_LIFE_MS)
  const score = clock.now() ?? Date.now()
  const members = entries.flatMap((entry) => {
    const shift = shiftOf(entry, clock)
    return [score, signer.json(key, encodeException(dated(entry.record, shift), aheadBy(shift)))]
  })
  return [
    keeping(entries, 'zadd', key, 'NX', ...members),
    ...(oldest === null ? [] : [just('zremrangebyscore', key, '-inf', oldest)]),
    just('zremrangebyrank', key, 0, -(MAX_EXCEPTIONS + 1)),
    just('pexpire', key, EXCEPTION_LIFE_MS),
  ]
}

/** Rollups, and the history of queues. */
function spanSteps({ keys, clock, signer }: Way, { service, records }: Batch): Step[] {
  return records.flatMap((entry) => {
    if (entry.type === 'slow' || entry.type === 'exception' || entry.type === 'jobs') return []
    // While Redis' clock is unknown, nothing is trimmed by age.
    const oldest = clock.oldest(LIVES[entry.type])
    const trim = oldest === null ? [] : ['MINID', '~', oldest]
    const key = entry.type === 'queues' ? keys.queueHistory(service) : keys[entry.type](service)
    const fields = packText(signer.json(key, spanText(entry, shiftOf(entry, clock))), MAX_RECORD_CHARS)
    const done = (id: unknown, sentAt: number) => clock.learnFromId(id, sentAt)
    const add = { ...keeping([entry], 'xadd', key, ...trim, '*', ...fields), done }
    // The key of a service that is gone expires. Rollups come far more often than the TTL has to be set: see expireRollups.
    return entry.type === 'queues' ? [add, just('pexpire', key, 2 * HISTORY_LIFE_MS)] : [add]
  })
}

type SpanRecord = Exclude<StoreRecord, { readonly type: 'slow' | 'exception' | 'jobs' }>

function spanText(entry: SpanRecord, shift: number | null): string {
  if (entry.type === 'queues') return encodeQueueHistory(datedSpan(entry.record, shift), aheadBy(shift))
  return encodeRollup(datedSpan(entry.record, shift), aheadBy(shift))
}

/** Also prunes members in the far future, which would never get old. */
function pruneIndex(keys: Keys, oldest: number | null): Step[] {
  if (oldest === null) return []
  return [
    just('zremrangebyscore', keys.nodeIndex, '-inf', oldest),
    just('zremrangebyscore', keys.nodeIndex, oldest + 2 * INDEX_LIFE_MS, '+inf'),
  ]
}

/** Keys of a service that is gone expire. The TTL is longer than that of an entry, because it is set once a minute only. */
function expireRollups(keys: Keys, service: string): Step[] {
  return [
    just('pexpire', keys.rollup(service), 2 * ROLLUP_LIFE_MS),
    just('pexpire', keys.history(service), 2 * HISTORY_LIFE_MS),
  ]
}
