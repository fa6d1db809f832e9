import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asList, asNumber, asScored, asText } from '../../redis/replies.js'
import { orThrow, sendInPortions } from '../shared/redis.js'
import { bareName } from './names.js'
import { parseObject } from './payload.js'

/** Horizon's own limits, in seconds: who has said nothing for longer is not running. */
const MASTER_LIFE = 14
const SUPERVISOR_LIFE = 29
/** More rows than any fleet has. */
const MAX_ROWS = 1_000
/** More queues than one Horizon measures. */
const MAX_MEASURED = 5_000

export type HorizonStatus = 'running' | 'paused' | 'inactive'

/** Processes that take jobs of some queues together. */
interface Pool {
  readonly queues: readonly string[]
  readonly processes: number
  readonly isPaused: boolean
}

/** What a Horizon says of itself. */
export interface HorizonState {
  readonly status: HorizonStatus
  readonly pools: readonly Pool[]
  /** The queues that it has counted jobs of, as the app names them. */
  readonly measured: readonly string[]
  /** Unix ms */
  readonly lastSnapshotAt: number | null
}

/** @param now Unix ms @throws RedisError when it can't be read */
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

/** None where there are more than there are queues: among so many nobody could tell which are. */
async function readMeasured(connection: Connection, horizon: string, count: number): Promise<string[]> {
  if (count === 0 || count > MAX_MEASURED) return []
  const [members] = await sendInPortions(connection, [['smembers', `${horizon}measured_queues`]])
  return asList(orThrow(members)).flatMap((member) => measuredName(horizon, asText(member) ?? ''))
}

/** Members are whole keys, with whatever the app's client put before them. */
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
  // Redis lets the hash of a master go when it has said nothing for 15 s, whatever its clock shows.
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

/** What Horizon says of one queue, by its name without braces. */
export function workersOf({ status, pools }: HorizonState, name: string) {
  const serving = pools.filter(({ queues }) => queues.includes(name))
  const isPaused = status === 'paused' || (serving.length > 0 && serving.every((pool) => pool.isPaused))
  return {
    workers: serving.reduce((sum, { processes }) => sum + processes, 0),
    paused: status === 'inactive' ? null : isPaused,
  }
}
