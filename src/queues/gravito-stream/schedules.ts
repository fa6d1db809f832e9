import type { QueueSource } from '../../ports/index.js'
import type { SchedulerDefinition, SchedulerEntry } from '../../protocol/index.js'
import { type Fields, fieldsOf, own } from '../../protocol/read.js'
import type { Connection } from '../../redis/connection.js'
import { asNumber, asScored } from '../../redis/replies.js'
import { ask } from '../../redis/send.js'
import { isGone, notPossible } from '../shared/conditions.js'
import { askFields, fieldsAsked } from '../shared/hash-fields.js'
import { orThrow, readServerTime, sendInPortions } from '../shared/redis.js'
import { jsonOf } from '../shared/texts.js'
import { timeOf } from '../shared/times.js'
import { pushNew, writtenJob } from './add.js'
import { nextRun } from './cron.js'
import { detailOf, entryOf } from './entry.js'
import type { Layout } from './layout.js'
import type { Mover } from './move.js'

/** Most schedules of a system to read. */
const MAX_SCHEDULES = 20_000
const PER_READ = 1_000
/** Workers check schedules at an interval: one overdue by this is late, ms. */
const LATE_MS = 60_000
/** Options of a schedule's jobs: fields of the framework. */
const JOB_OPTIONS = ['maxAttempts', 'priority', 'groupId', 'retryAfterSeconds', 'retryMultiplier']

/** Fields of a schedule's definition. */
const FIELDS = ['id', 'queue', 'cron', 'job', 'enabled', 'nextRun', 'lastRun']

interface Schedule {
  readonly id: string
  /** Fields of its hash; empty if it is gone. */
  readonly fields: ReadonlyMap<string, string>
  readonly next: number | null
}

type Schedulers = Required<
  Pick<
    QueueSource,
    | 'schedulers'
    | 'scheduler'
    | 'omittedSchedulers'
    | 'runScheduler'
    | 'saveScheduler'
    | 'removeScheduler'
    | 'pauseScheduler'
    | 'resumeScheduler'
  >
>

/** All schedules of a system, which name their queues. @throws RedisError */
export async function readSchedules(connection: Connection, layout: Layout): Promise<Schedule[]> {
  const all = new Map<string, number>()
  for (let start = 0; start < MAX_SCHEDULES; start += PER_READ) {
    const part = asScored(
      await ask(connection, ['zrange', layout.schedules, start, start + PER_READ - 1, 'WITHSCORES']),
    )
    for (const { member, score } of part) all.set(member, score)
    if (part.length < PER_READ) break
  }
  const hashes = await sendInPortions(
    connection,
    [...all.keys()].map((id) => askFields(layout.schedule(id), FIELDS)),
  )
  return [...all].map(([id, score], index) => ({
    id,
    fields: fieldsAsked(orThrow(hashes[index]), FIELDS),
    next: timeOf(score),
  }))
}

/** The schedules of queues. All of a system share one set, so an id is unique across queues. */
export function schedulersOf(connection: Connection, layout: Layout, mover: Mover): Schedulers {
  async function definitionOf(id: string): Promise<ReadonlyMap<string, string>> {
    return fieldsAsked(await ask(connection, askFields(layout.schedule(id), FIELDS)), FIELDS)
  }

  async function find(queue: string, id: string): Promise<ReadonlyMap<string, string>> {
    const fields = await definitionOf(id)
    if (fields.get('queue') !== queue) throw isGone(`The queue ${queue} has no such schedule`)
    return fields
  }

  /** Sets when it is due: first in its hash, then in the sorted set of all, which workers read. */
  async function schedule(id: string, at: number, fields: readonly string[]): Promise<void> {
    await ask(connection, ['hset', layout.schedule(id), ...fields, 'nextRun', at])
    await ask(connection, ['zadd', layout.schedules, at, id])
  }

  return {
    async schedulers(queue) {
      const all = await readSchedules(connection, layout)
      const now = await readServerTime(connection)
      return all.filter(({ fields }) => fields.get('queue') === queue).map((one) => schedulerOf(one, now))
    },
    async scheduler(queue, id) {
      const fields = await definitionOf(id)
      const score = asNumber(await ask(connection, ['zscore', layout.schedules, id]))
      if (score === null || fields.get('queue') !== queue) return null
      return schedulerOf({ id, fields, next: timeOf(score) }, await readServerTime(connection))
    },
    /** The queues of schedules that were not read are unknown. */
    async omittedSchedulers() {
      return Math.max(0, (asNumber(await ask(connection, ['zcard', layout.schedules])) ?? 0) - MAX_SCHEDULES)
    },
    async runScheduler(queue, id) {
      return pushNew(layout, mover, queue, (await find(queue, id)).get('job') ?? '')
    },
    async saveScheduler(queue, definition) {
      const at = dueAt(definition, await readServerTime(connection))
      const job = { ...writtenJob(definition.name, definition.data), ...jobOptions(definition.options) }
      const there = await definitionOf(definition.id)
      const owner = there.get('queue')
      if (owner !== undefined && owner !== queue)
        throw notPossible(`The queue ${owner} has a schedule of this id already`)
      const { id } = definition
      const fields = { id, cron: definition.cron ?? '', queue, job: JSON.stringify(job) }
      await schedule(id, at, [...Object.entries(fields).flat(), 'enabled', there.get('enabled') ?? 'true'])
    },
    async removeScheduler(queue, id) {
      const fields = await definitionOf(id)
      // The queue of a schedule without a definition is unknown.
      if (fields.size > 0 && fields.get('queue') !== queue) return false
      const wasListed = (asNumber(await ask(connection, ['zrem', layout.schedules, id])) ?? 0) > 0
      const wasDefined = (asNumber(await ask(connection, ['del', layout.schedule(id)])) ?? 0) > 0
      return wasListed || wasDefined
    },
    async pauseScheduler(queue, id) {
      await find(queue, id)
      await ask(connection, ['hset', layout.schedule(id), 'enabled', 'false'])
    },
    async resumeScheduler(queue, id) {
      const fields = await find(queue, id)
      const at = timeOf(fields.get('nextRun'))
      // Runs that were missed while it was paused are skipped.
      const now = await readServerTime(connection)
      if (at === null || at <= now) await schedule(id, nextRun(fields.get('cron') ?? '', now), [])
      await ask(connection, ['hset', layout.schedule(id), 'enabled', 'true'])
    },
  }
}

function schedulerOf({ id, fields, next }: Schedule, now: number): SchedulerEntry {
  const text = fields.get('job') ?? ''
  const job = detailOf(entryOf(text, { key: '', state: 'waiting', priority: '', runAt: null }), id)
  const isActive = fields.get('enabled') === 'true'
  const isLate = isActive && next !== null && next < now - LATE_MS
  return {
    id,
    name: job.name,
    cron: fields.get('cron') ?? null,
    every: null,
    timezone: null,
    limit: null,
    from: null,
    until: null,
    state: isLate ? 'late' : isActive ? 'active' : 'paused',
    attention: isLate ? 'its next run is due and has not begun: no worker looks for schedules' : null,
    next: isActive ? next : null,
    last: timeOf(fields.get('lastRun')),
    runs: null,
    data: job.data,
    options: optionsOf(fieldsOf(jsonOf(text)) ?? {}),
  }
}

function optionsOf(job: Fields): Fields {
  return Object.fromEntries(JOB_OPTIONS.flatMap((key) => (own(job, key) === undefined ? [] : [[key, own(job, key)]])))
}

function jobOptions(options: Fields): Fields {
  const unknown = Object.keys(options).find((key) => !JOB_OPTIONS.includes(key))
  if (unknown !== undefined)
    throw notPossible(`A job of a schedule takes ${JOB_OPTIONS.join(', ')}, and no "${unknown}"`)
  return options
}

/** @throws if the framework cannot store such a schedule */
function dueAt({ id, cron, every, timezone, limit, from, until }: SchedulerDefinition, now: number): number {
  if (id === '') throw notPossible('A schedule needs an id')
  if (every !== null || cron === null) throw notPossible('A schedule of Gravito Stream takes a cron expression')
  if (timezone !== null)
    throw notPossible("A schedule of Gravito Stream runs in its workers' time zone, and takes none")
  if ([limit, from, until].some((one) => one !== null))
    throw notPossible('A schedule of Gravito Stream has no beginning, no end and no limit')
  return nextRun(cron, now)
}
