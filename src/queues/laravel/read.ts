import type { SourceReading } from '../../ports/index.js'
import type { Connection } from '../../redis/connection.js'
import { RedisError } from '../../redis/errors.js'
import {
  isAboutKey,
  orThrow,
  refuseOneNode,
  SERVER_ID,
  sendInPortions,
  serverIdOf,
  serverTime,
} from '../shared/redis.js'
import { leftOf } from '../shared/seen-names.js'
import { readCounts } from './counts.js'
import type { Directory } from './directory.js'
import { type HorizonState, readHorizon } from './horizon-state.js'
import type { Indexes } from './indexes.js'
import { bareName, type LaravelQueue } from './names.js'
import { type HorizonReading, toReading } from './reading.js'
import type { Throughput } from './throughput.js'

const NO_SCAN = 'This Redis user may not look for queues (SCAN): name them, laravelQueues({ prefix, queues })'

/** State of a source between readings. */
export interface Memory {
  readonly connection: Connection
  readonly directory: Directory
  readonly indexes: Indexes
  readonly throughput: Throughput
}

/** The current state of all queues. @throws RedisError if Redis does not answer */
export async function readAll(memory: Memory): Promise<SourceReading> {
  const { connection, directory } = memory
  const [server, time] = await sendInPortions(connection, [SERVER_ID, ['time']])
  for (const reply of [server, time]) if (reply && !isAboutKey(reply)) orThrow(reply)
  await refuseOneNode(connection, server)
  await directory.look()
  const now = serverTime(time) ?? Date.now()
  const horizons = new Map<string, HorizonReading>()
  for (const horizon of directory.horizons()) horizons.set(horizon, await readOne(memory, horizon, now))
  const queues = directory.queues()
  if (queues.length === 0 && directory.isDenied) throw new RedisError('NOPERM', NO_SCAN)
  const counts = await readCounts(connection, queues, now)
  return {
    server: serverIdOf(connection, server),
    ...leftOf(directory.left),
    queues: queues.flatMap((queue) => {
      const own = counts.get(queue)
      return own
        ? [
            {
              ...addressed(queue),
              ...toReading(queue, own, horizons.get(queue.horizon ?? ''), now),
            },
          ]
        : []
    }),
  }
}

function addressed({ address, place, formerPlaces }: LaravelQueue) {
  return { address, place, formerPlaces }
}

async function readOne(memory: Memory, horizon: string, now: number): Promise<HorizonReading> {
  const { connection, directory, indexes, throughput } = memory
  const state = await unlessForbidden(readHorizon(connection, horizon, now))
  if (!state) return { state, failed: null, failedInAll: null, totals: new Map() }
  const index = indexes.of(horizon, 'failed')
  const isRead = await unlessForbidden(index.refresh().then(() => true))
  directory.learn(horizon, isRead ? withFailed(state.measured, index.counts().keys()) : state.measured)
  return {
    state,
    failed: isRead && index.isWhole ? index.counts() : null,
    failedInAll: isRead ? index.total : null,
    totals: await totalsOf(throughput, connection, horizon, state),
  }
}

/** Adds queues with failed jobs: Horizon measures only completed jobs, so a queue whose jobs all failed is missing there. */
function withFailed(measured: readonly string[], failed: Iterable<string>): readonly string[] {
  const known = new Set(measured.map(bareName))
  return [...measured, ...[...failed].filter((name) => !known.has(name)).sort()]
}

async function totalsOf(throughput: Throughput, connection: Connection, horizon: string, { measured }: HorizonState) {
  const totals = await throughput.read(connection, horizon, measured)
  return new Map([...totals].map(([name, total]) => [bareName(name), total]))
}

/** Null if Horizon's keys are denied to this user, or not Horizon's: the queues can still be read. */
async function unlessForbidden<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof RedisError && isAboutKey({ error, value: null })) return null
    throw error
  }
}
