import type { JobAddress, SchedulerEntry } from '../../protocol/index.js'
import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asList, asNumber, asText } from '../../redis/replies.js'
import { send } from '../../redis/send.js'
import { copyOf } from '../bull-layout/adding.js'
import { baseOf } from '../bull-layout/keys.js'
import type { ListedId } from '../bull-layout/lists.js'
import { decodeOptions, type JobOptions, optionsForCopy, parseObject } from '../bull-layout/options.js'
import { md5, readRepeats } from '../bull-layout/repeats.js'
import { orThrow } from '../shared/redis.js'
import { timeOf } from '../shared/times.js'
import { type ActionPlace, add } from './actions.js'

/** The next run of a schedule: a job like others, which is all that Bull knows the payload and the limit by. */
interface NextRun {
  readonly name: string
  readonly data: string
  readonly options: JobOptions
  readonly repeat: JobOptions
  readonly madeAt: number | null
}

/** The next to run first. */
export async function readSchedulers(connection: Connection, base: string): Promise<SchedulerEntry[]> {
  const listed = await readRepeats(connection, base)
  const runs = await readNextRuns(connection, base, listed)
  return listed.map((one, index) => entryOf(one, runs[index] ?? null))
}

function entryOf({ id, score }: ListedId, run: NextRun | null): SchedulerEntry {
  const parts = partsOf(id)
  const count = asNumber(run?.repeat.count)
  return {
    id,
    name: run?.name ?? parts.names[0]?.name ?? id,
    cron: parts.cron,
    every: parts.every,
    timezone: parts.timezone,
    limit: asNumber(run?.repeat.limit),
    from: timeIn(run?.repeat.startDate),
    until: parts.until,
    // Without its next run Bull makes no other.
    state: run ? 'active' : 'orphan',
    next: timeOf(score),
    // The next job is made when the one before it starts.
    last: count !== null && count > 1 ? (run?.madeAt ?? null) : null,
    runs: count === null ? null : count - 1,
    data: run?.data ?? null,
    options: run && optionsForCopy(run.options),
  }
}

function timeIn(value: unknown): number | null {
  return typeof value === 'string' && /\D/.test(value) ? timeOf(Date.parse(value)) : timeOf(value)
}

interface KeyParts {
  /** A name and an id may both have colons: every way to read them. */
  readonly names: readonly { readonly name: string; readonly id: string }[]
  readonly until: number | null
  readonly cron: string | null
  readonly every: number | null
  readonly timezone: string | null
}

/** `name:id:endDate:tz:cron`, or `name:id:endDate:every`. */
function partsOf(key: string): KeyParts {
  const every = /^(.*):(\d*):(\d+)$/s.exec(key)
  const cron = /^(.*):(\d*):([^:]*):([^:]*)$/s.exec(key)
  const [, head = key, until = ''] = every ?? cron ?? []
  return {
    names: splitsOf(head),
    until: asNumber(until),
    cron: every ? null : (cron?.[4] ?? null),
    every: every ? Number(every[3]) : null,
    timezone: (every ? null : cron?.[3]) || null,
  }
}

/** For each of them a job is looked for; a hostile key may be colons alone. */
const MAX_SPLITS = 20

function splitsOf(head: string): { name: string; id: string }[] {
  const splits: { name: string; id: string }[] = []
  for (let at = head.length - 1; at >= 0 && splits.length < MAX_SPLITS; at--)
    if (head[at] === ':') splits.push({ name: head.slice(0, at), id: head.slice(at + 1) })
  return splits
}

/** @returns one for each schedule, null where it is gone */
async function readNextRuns(
  connection: Connection,
  base: string,
  listed: readonly ListedId[],
): Promise<(NextRun | null)[]> {
  const candidates = listed.map(runIdsOf)
  const commands = candidates.flat().map((id): Command => ['hmget', base + id, 'name', 'data', 'opts', 'timestamp'])
  const replies = await send(connection, commands)
  let next = 0
  return candidates.map((ids, index) => {
    const runs = ids.map(() => nextRunOf(asList(orThrow(replies[next++])), listed[index]?.id ?? ''))
    return runs.find((run) => run !== null) ?? null
  })
}

/** What the next run's id may be. */
function runIdsOf({ id: key, score }: ListedId): string[] {
  return partsOf(key).names.map(({ name, id }) => `repeat:${md5(`${name}${id}:${md5(key)}`)}:${score ?? 0}`)
}

function nextRunOf(hash: readonly unknown[], key: string): NextRun | null {
  const [name = null, data = null, text = null, timestamp = null] = hash.map(asText)
  const options = decodeOptions(text)
  const repeat = parseObject(JSON.stringify(options?.repeat ?? null))
  if (name === null || !options || repeat?.key !== key) return null
  return { name, data: data ?? '{}', options, repeat, madeAt: asNumber(timestamp) }
}

/** Adds a job like the next run. */
export async function runScheduler(place: ActionPlace, queue: string, id: string): Promise<JobAddress> {
  const found = await findScheduler(place, queue, id)
  if (!found) throw new Error(`The queue ${queue} has no schedule "${id}" any more`)
  const { run } = found
  if (!run) throw new Error(`The schedule "${id}" has lost its next run, and with it what its jobs are like`)
  return add(place, queue, copyOf(run.name, run.data, run.options))
}

export async function removeScheduler(place: ActionPlace, queue: string, id: string): Promise<boolean> {
  const found = await findScheduler(place, queue, id)
  if (!found) return false
  const { run } = found
  // By the key alone Bull misses the next run where the name has a colon.
  await place.api.use(queue, (open) =>
    run && keyOf(run) === id ? open.removeRepeatable(run.name, run.repeat) : open.removeRepeatableByKey(id),
  )
  return true
}

/** As Bull makes it of a name and a schedule. */
function keyOf({ name, repeat }: NextRun): string {
  const { jobId, endDate, tz, cron, every } = repeat
  const end = endDate ? new Date(endDate as string | number).getTime() : ''
  return `${name}:${jobId ?? ''}:${end}:${cron ? `${tz ?? ''}:${cron}` : every}`
}

async function findScheduler({ connection, prefix }: ActionPlace, queue: string, id: string) {
  const base = baseOf(prefix, queue)
  const [reply] = await send(connection, [['zscore', `${base}repeat`, id]])
  const score = asNumber(orThrow(reply))
  if (score === null) return null
  const [run = null] = await readNextRuns(connection, base, [{ id, score }])
  return { run }
}
