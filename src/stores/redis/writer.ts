import { performance } from 'node:perf_hooks'
import type { Batch, StoreRecord, WriteResult, Writer } from '../../ports.js'
import {
  EXCEPTION_LIFE_MS,
  encodeException,
  encodeHeartbeat,
  encodeRollup,
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
} from '../../protocol/index.js'
import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { packText } from '../../redis/packed-text.js'
import { type Reply, send } from '../../redis/send.js'
import type { Signer } from '../../signing/signer.js'
import type { ServerClock } from './server-clock.js'

/** How long rollups of both tiers are kept, in ms. */
const LIVES = { rollup: ROLLUP_LIFE_MS, history: HISTORY_LIFE_MS } as const

/** How often what is too old is looked for, in ms. */
const TIDY_EVERY_MS = 60_000

/** A command, and the records that are lost when it fails. */
interface Step {
  readonly command: Command
  readonly records: readonly StoreRecord[]
  readonly done?: (value: unknown) => void
  /** What a user may lack, or a server not know: called when it is refused, which is no failure. */
  readonly refused?: () => void
}

/** Where and how a batch is written. */
interface Way {
  readonly keys: Keys
  readonly clock: ServerClock
  readonly signer: Signer
}

export function redisWriter(
  connection: Connection,
  keys: Keys,
  clock: ServerClock,
  signer: Signer,
): Pick<Writer, 'write' | 'leave'> {
  const way: Way = { keys, clock, signer }
  let tidiedAt = Number.NEGATIVE_INFINITY

  function tidySteps(service: string): Step[] {
    if (performance.now() - tidiedAt < TIDY_EVERY_MS && !clock.isDoubtful) return []
    const done = (value: unknown) => {
      clock.learn(value)
      tidiedAt = performance.now()
    }
    const refused = () => {
      clock.refuse()
      tidiedAt = performance.now()
    }
    const time: Step = { command: ['time'], records: [], done, refused }
    return [...pruneIndex(keys, clock.now()), ...expireRollups(keys, service), time]
  }

  return {
    // No await before the commands are sent: they are with the socket when this returns, if the connection is ready.
    write(batch) {
      const steps = [
        ...heartbeatSteps(way, batch),
        ...slowSteps(way, batch),
        ...exceptionSteps(way, batch),
        ...rollupSteps(way, batch),
        ...tidySteps(batch.service),
      ]
      const commands = steps.map((step) => step.command)
      return send(connection, commands).then((replies) => resultOf(batch, steps, replies))
    },
    async leave(service, node) {
      await send(connection, [
        ['del', keys.node(service, node)],
        ['zrem', keys.nodeIndex, nodeMember(service, node)],
      ])
    },
  }
}

function resultOf(batch: Batch, steps: readonly Step[], replies: readonly Reply[]): WriteResult {
  const lost = new Set<StoreRecord>()
  let error: Error | null = null
  steps.forEach((step, index) => {
    const reply = replies[index]
    if (step.refused && (reply?.error?.code === 'NOPERM' || reply?.error?.code === 'NOCMD')) step.refused()
    else if (reply?.error) {
      error ??= reply.error
      for (const record of step.records) lost.add(record)
    } else step.done?.(reply?.value)
  })
  return { unwritten: batch.records.filter((record) => lost.has(record)), error }
}

function heartbeatSteps({ keys, clock, signer }: Way, { heartbeat, service, node }: Batch): Step[] {
  if (!heartbeat) return []
  const key = keys.node(service, node)
  return [
    just('set', key, signer.json(key, encodeHeartbeat(heartbeat)), 'PX', lifeOf(heartbeat)),
    just('zadd', keys.nodeIndex, clock.translate(heartbeat.timestamp), nodeMember(service, node)),
  ]
}

function lifeOf(heartbeat: Heartbeat): number {
  return Math.ceil(heartbeatLife(heartbeat.interval ?? 0))
}

function slowSteps({ keys, signer }: Way, { service, records }: Batch): Step[] {
  const key = keys.slow(service)
  return records.flatMap((entry) => {
    if (entry.type !== 'slow') return []
    const fields = signer.fields(key, encodeSlowEntry(entry.record))
    return [keeping([entry], 'xadd', key, 'MAXLEN', '~', MAX_SLOW_ENTRIES, '*', ...fields)]
  })
}

/**
 * The score is the time of writing and stays what it was when an exception is written twice (NX), so that a reader who
 * goes on from a score misses nothing that was held back by an outage.
 */
function exceptionSteps({ keys, clock, signer }: Way, { service, records }: Batch): Step[] {
  const entries = records.filter((entry) => entry.type === 'exception')
  if (entries.length === 0) return []
  const key = keys.errors(service)
  const now = clock.now()
  const score = clock.translate(Date.now())
  const members = entries.flatMap((entry) => [score, signer.json(key, encodeException(entry.record))])
  return [
    keeping(entries, 'zadd', key, 'NX', ...members),
    ...(now === null ? [] : [just('zremrangebyscore', key, '-inf', now - EXCEPTION_LIFE_MS)]),
    just('zremrangebyrank', key, 0, -(MAX_EXCEPTIONS + 1)),
    just('pexpire', key, EXCEPTION_LIFE_MS),
  ]
}

function rollupSteps({ keys, clock, signer }: Way, { service, records }: Batch): Step[] {
  const now = clock.now()
  return records.flatMap((entry) => {
    if (entry.type !== 'rollup' && entry.type !== 'history') return []
    // As long as Redis' clock is not known, nothing is trimmed by age.
    const trim = now === null ? [] : ['MINID', '~', now - LIVES[entry.type]]
    const key = keys[entry.type](service)
    const fields = packText(signer.json(key, encodeRollup(entry.record)), MAX_RECORD_CHARS)
    const done = (id: unknown) => clock.learnFromId(id)
    return [{ ...keeping([entry], 'xadd', key, ...trim, '*', ...fields), done }]
  })
}

/** Also what lies in the future: it would never get old. */
function pruneIndex(keys: Keys, now: number | null): Step[] {
  if (now === null) return []
  return [
    just('zremrangebyscore', keys.nodeIndex, '-inf', now - INDEX_LIFE_MS),
    just('zremrangebyscore', keys.nodeIndex, now + INDEX_LIFE_MS, '+inf'),
  ]
}

/** What a service leaves behind goes by itself. The life is longer than that of an entry: it is set anew every minute only. */
function expireRollups(keys: Keys, service: string): Step[] {
  return [
    just('pexpire', keys.rollup(service), 2 * ROLLUP_LIFE_MS),
    just('pexpire', keys.history(service), 2 * HISTORY_LIFE_MS),
  ]
}

function just(...command: Command): Step {
  return { command, records: [] }
}

function keeping(records: readonly StoreRecord[], ...command: Command): Step {
  return { command, records }
}
