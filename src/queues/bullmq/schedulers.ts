import type { JobAddress, SchedulerDefinition, SchedulerEntry, SchedulerState } from '../../protocol/index.js'
import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asList, asNumber, asText, textsOf } from '../../redis/replies.js'
import { send } from '../../redis/send.js'
import { copyOf, parseJson } from '../bull-layout/adding.js'
import { baseOf } from '../bull-layout/keys.js'
import type { ListedId } from '../bull-layout/lists.js'
import { decodeOptions, parseObject } from '../bull-layout/options.js'
import { md5, readRepeats } from '../bull-layout/repeats.js'
import { orThrow } from '../shared/redis.js'
import { timeOf } from '../shared/times.js'
import { type ActionPlace, add } from './actions.js'
import type { QueueUser } from './api.js'
import { canRepeat } from './queue-api.js'

/**
 * The next to run first. Read from the keys: BullMQ's own way removes the schedulers whose definition is gone, and refuses
 * all of them when there is one of the older mechanism.
 */
export async function readSchedulers(connection: Connection, base: string): Promise<SchedulerEntry[]> {
  const listed = await readRepeats(connection, base)
  const replies = await send(
    connection,
    listed.flatMap(({ id, score }): Command[] => [
      ['hgetall', `${base}repeat:${id}`],
      ['hmget', `${base}repeat:${id}:${score ?? 0}`, 'timestamp', 'opts'],
    ]),
  )
  return listed.map((one, index) => {
    const next = asList(orThrow(replies[2 * index + 1])).map(asText)
    return entryOf(one, textsOf(orThrow(replies[2 * index])), next)
  })
}

function entryOf(
  { id, score }: ListedId,
  hash: ReadonlyMap<string, string>,
  [madeAt = null, nextOptions = null]: readonly (string | null)[],
): SchedulerEntry {
  const state = stateOf(id, hash)
  const text = (field: string) => hash.get(field) ?? null
  const number = (field: string) => asNumber(hash.get(field))
  const legacy = state === 'legacy' && hash.size === 0 ? legacyPartsOf(id) : null
  const time = (field: string) => timeOf(hash.get(field))
  const made = number('ic')
  return {
    id,
    name: text('name') ?? legacy?.name ?? id,
    cron: text('pattern') ?? legacy?.cron ?? null,
    every: number('every') ?? legacy?.every ?? null,
    timezone: text('tz') ?? legacy?.timezone ?? null,
    limit: number('limit'),
    from: time('startDate'),
    until: time('endDate') ?? legacy?.until ?? null,
    state,
    next: timeOf(score),
    last: lastRun(madeAt, nextOptions),
    // It counts the jobs that it made, the next one among them.
    runs: made === null ? null : Math.max(0, made - 1),
    data: state === 'active' ? (text('data') ?? '{}') : null,
    options: state === 'active' ? (decodeOptions(text('opts')) ?? {}) : null,
  }
}

/** The next job is made when the one before it starts; the first is made when the scheduler is. */
function lastRun(madeAt: string | null, nextOptions: string | null): number | null {
  const { repeat } = parseObject(nextOptions) ?? {}
  const count = typeof repeat === 'object' && repeat !== null && 'count' in repeat ? asNumber(repeat.count) : null
  return count !== null && count > 1 ? timeOf(madeAt) : null
}

/** Only today's schedulers count what they made, and have a template. */
function stateOf(id: string, hash: ReadonlyMap<string, string>): SchedulerState {
  if (hash.has('ic') || hash.has('data') || hash.has('opts')) return 'active'
  return hash.size > 0 || legacyPartsOf(id) ? 'legacy' : 'orphan'
}

/** Up to version 3 all was in the key: `name:id:endDate:tz:pattern`. */
function legacyPartsOf(key: string) {
  const [name = '', jobId = '', until = '', timezone = '', ...rest] = key.split(':')
  const pattern = rest.join(':')
  const isPattern = pattern.includes(' ') || /^\d+$/.test(pattern)
  if (!isPattern || !/^\d*$/.test(until)) return null
  const every = /^\d+$/.test(pattern) ? Number(pattern) : null
  return {
    name,
    jobId,
    until: asNumber(until),
    timezone: timezone || null,
    cron: every === null ? pattern : null,
    every,
  }
}

export async function saveScheduler(api: QueueUser, queue: string, definition: SchedulerDefinition): Promise<void> {
  const { id, name, cron, every, timezone, limit, from, until, options } = definition
  if ((cron === null) === (every === null))
    throw new Error('A scheduler takes a cron pattern or how often it runs in ms: one of them')
  const repeat = { pattern: cron, every, tz: timezone, limit, startDate: from, endDate: until }
  const given = Object.fromEntries(Object.entries(repeat).filter(([, value]) => value !== null))
  const template = { name, data: parseJson(definition.data), opts: options }
  const job = await api.use(queue, (open) => open.upsertJobScheduler(id, given, template))
  if (job === undefined)
    throw new Error('This schedule is over: BullMQ finds no time for a next run, and saved nothing')
}

export async function runScheduler(place: ActionPlace, queue: string, id: string): Promise<JobAddress> {
  const key = `${baseOf(place.prefix, queue)}repeat`
  const [score, fields] = await send(place.connection, [
    ['zscore', key, id],
    ['hgetall', `${key}:${id}`],
  ])
  if (orThrow(score) === null) throw new Error(`The queue ${queue} has no scheduler "${id}" any more`)
  const hash = textsOf(orThrow(fields))
  if (stateOf(id, hash) !== 'active')
    throw new Error(`The scheduler "${id}" has no template to run a job by: it is ${stateOf(id, hash)}`)
  const options = decodeOptions(hash.get('opts') ?? null)
  return add(place.api, queue, copyOf(hash.get('name') ?? id, hash.get('data') ?? null, options))
}

export async function removeScheduler(place: ActionPlace, queue: string, id: string): Promise<boolean> {
  const key = `${baseOf(place.prefix, queue)}repeat`
  const [score, fields] = await send(place.connection, [
    ['zscore', key, id],
    ['hgetall', `${key}:${id}`],
  ])
  const next = asNumber(orThrow(score))
  if (next === null) return false
  const isLegacy = stateOf(id, textsOf(orThrow(fields))) === 'legacy'
  return place.api.use(queue, async (open) => {
    const isRemoved =
      isLegacy && canRepeat(open) ? await open.removeRepeatableByKey(id) : await open.removeJobScheduler(id)
    const legacy = isLegacy ? legacyPartsOf(id) : null
    // The next job of what is older than version 4 has a name of its own, and the API leaves it.
    if (legacy) await open.remove(`repeat:${md5(legacy.name + legacy.jobId + md5(id))}:${next}`)
    return isRemoved
  })
}
