import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asList, asNumber, asScored, asText } from '../../redis/replies.js'
import { orThrow, sendInPortions } from '../shared/redis.js'
import { bareName } from './names.js'
import { parseObject } from './payload.js'

/** Horizon's own limits, s: a process that has reported nothing for longer is not running. */
const MASTER_LIFE = 14
const SUPERVISOR_LIFE = 29
/** More rows than any fleet has. */
const MAX_ROWS = 1_000
/** More queues than one Horizon measures. */
const MAX_MEASURED = 5_000

export type HorizonStatus = 'running' | 'paused' | 'inactive'

/** Processes that work on the same queues. */
interface Pool {
  readonly queues: readonly string[]
  readonly processes: number
  readonly isPaused: boolean
}

/** What a Horizon reports about itself. */
export interface HorizonState {
  readonly status: HorizonStatus
  readonly pools: readonly Pool[]
  /** Queues that it has metrics for, by their names in the app. */
  readonly measured: readonly string[]
  /** Unix ms */
  readonly lastSnapshotAt: number | null
}

/** @param now Unix ms @throws RedisError if it cannot be read */
export async function readHorizon(connection: Connection, horizon: string, now: number): Promise<HorizonState> {
  const [masters, supervisors, measured, snapshot] = await sendInPortions(connection, [
    ['zrange', `${horizon}masters`, 0, MAX_ROWS - 1, 'WITHSCORES'],
    ['zrange', `${horizon}supervisors`, 0, MAX_ROWS - 1, 'WITHSCORES'],
    ['scard', `${horizon}measured_queues`],
    ['get', `${horizon}last_snapshot_at`],
  ])
  const living = (reply: unknown, life: number) =>
    asScored(reply).filter(({ score }) => score >= Math.floor(now / 1_000) - life)
  const names = {
    masters: living(orThrow(masters), MASTER_LIFE).map(({ member }) => member),
    supervisors: living(orThrow(supervisors), SUPERVISOR_LIFE).map(({ member }) => member),
  }
  const seconds = asNumber(asText(orThrow(snapshot)))
  return {
    ...(await readProcesses(connection, horizon, names)),
    measured: await readMeasured(connection, horizon, asNumber(orThrow(measured)) ?? 0),
    lastSnapshotAt: seconds === null ? null : seconds * 1_000,
  }
}

/** None if there are more than the limit: an arbitrary part of them would be of no use. */
async function readMeasured(connection: Connection, horizon: string, count: number): Promise<string[]> {
  if (count === 0 || count > MAX_MEASURED) return []
  const [members] = await sendInPortions(connection, [['smembers', `${horizon}measured_queues`]])
  return asList(orThrow(members)).flatMap((member) => measuredName(horizon, asText(member) ?? ''))
}

/** Members are whole keys, including any prefix of the app's client. */
function measuredName(horizon: string, member: string): string[] {
  const own = `${horizon}queue:`
  const name = member.startsWith(own) ? member.slice(own.length) : /queue:(.+)$/.exec(member)?.[1]
  return name ? [name] : []
}

async function readProcesses(
  connection: Connection,
  horizon: string,
  { masters, supervisors }: { masters: readonly string[]; supervisors: readonly string[] },
): Promise<Pick<HorizonState, 'status' | 'pools'>> {
  const replies = await sendInPortions(connection, [
    ...masters.map((name): Command => ['hmget', `${horizon}master:${name}`, 'name', 'status']),
    ...supervisors.map((name): Command => ['hmget', `${horizon}supervisor:${name}`, 'status', 'processes']),
  ])
  const rows = replies.map((reply) => asList(orThrow(reply)).map(asText))
  // Redis expires the hash of a master 15 s after its last report, whatever its clock shows.
  const alive = rows.slice(0, masters.length).filter(([name]) => name !== null)
  const isPaused = alive.length > 0 && alive.every(([, status]) => status === 'paused')
  const status = alive.length === 0 ? 'inactive' : isPaused ? 'paused' : 'running'
  const pools = alive.length === 0 ? [] : rows.slice(masters.length).flatMap(poolsOf)
  return { status, pools }
}

/** `{"redis:default,mails":3}`: the connection of the app, then the queues that the processes share. */
function poolsOf([status, processes]: readonly (string | null | undefined)[]): Pool[] {
  return Object.entries(parseObject(processes ?? '') ?? {}).flatMap(([key, count]) => {
    if (typeof count !== 'number') return []
    const queues = key.slice(key.indexOf(':') + 1).split(',')
    return [{ queues: queues.map(bareName), processes: count, isPaused: status === 'paused' }]
  })
}

/** The workers of one queue according to Horizon, by its name without braces. */
export function workersOf({ status, pools }: HorizonState, name: string) {
  const serving = pools.filter(({ queues }) => queues.includes(name))
  const isPaused = status === 'paused' || (serving.length > 0 && serving.every((pool) => pool.isPaused))
  return {
    workers: serving.reduce((sum, { processes }) => sum + processes, 0),
    paused: status === 'inactive' ? null : isPaused,
  }
}
