import type { QueueSource } from '../../ports.js'
import type { SchedulerDefinition, SchedulerEntry } from '../../protocol/index.js'
import { type Fields, fieldsOf, own } from '../../protocol/read.js'
import type { Connection } from '../../redis/connection.js'
import { asNumber, asScored, textsOf } from '../../redis/replies.js'
import { ask } from '../../redis/send.js'
import { orThrow, sendInPortions } from '../shared/redis.js'
import { jsonOf } from '../shared/texts.js'
import { timeOf } from '../shared/times.js'
import { pushNew, writtenJob } from './add.js'
import { nextRun } from './cron.js'
import { detailOf, entryOf } from './entry.js'
import type { Layout } from './layout.js'
import type { Mover } from './move.js'

const MAX_SCHEDULES = 5_000
/** What may be said of the jobs of a schedule: fields of the framework. */
const JOB_OPTIONS = ['maxAttempts', 'priority', 'groupId', 'retryAfterSeconds', 'retryMultiplier']

interface Schedule {
  readonly id: string
  /** What its hash holds; empty when it is gone. */
  readonly fields: ReadonlyMap<string, string>
  readonly next: number | null
}

type Schedulers = Required<
  Pick<
    QueueSource,
    'schedulers' | 'runScheduler' | 'saveScheduler' | 'removeScheduler' | 'pauseScheduler' | 'resumeScheduler'
  >
>

/** All schedules of a system; they name their queues. @throws RedisError */
export async function readSchedules(connection: Connection, layout: Layout): Promise<Schedule[]> {
  const reply = await ask(connection, ['zrange', layout.schedules, 0, MAX_SCHEDULES - 1, 'WITHSCORES'])
  const scored = asScored(reply)
  const hashes = await sendInPortions(
    connection,
    scored.map(({ member }) => ['hgetall', layout.schedule(member)] as const),
  )
  return scored.map(({ member, score }, index) => ({
    id: member,
    fields: textsOf(orThrow(hashes[index])),
    next: timeOf(score),
  }))
}

/** The schedules of queues. All of a system share one set, so an id is taken for every queue. */
export function schedulersOf(connection: Connection, layout: Layout, mover: Mover): Schedulers {
  async function find(queue: string, id: string): Promise<ReadonlyMap<string, string>> {
    const fields = textsOf(await ask(connection, ['hgetall', layout.schedule(id)]))
    if (fields.get('queue') !== queue) throw new Error(`The queue ${queue} has no such schedule`)
    return fields
  }

  /** When it is due: first in its hash, then in the order of all, which workers look at. */
  async function schedule(id: string, at: number, fields: readonly string[]): Promise<void> {
    await ask(connection, ['hset', layout.schedule(id), ...fields, 'nextRun', at])
    await ask(connection, ['zadd', layout.schedules, at, id])
  }

  return {
    async schedulers(queue) {
      const all = await readSchedules(connection, layout)
      return all.filter(({ fields }) => fields.get('queue') === queue).map(schedulerOf)
    },
    async runScheduler(queue, id) {
      const job = fieldsOf(jsonOf((await find(queue, id)).get('job')))
      if (!job) throw new Error('The job of this schedule is no JSON object')
      return pushNew(layout, mover, queue, job)
    },
    async saveScheduler(queue, definition) {
      const at = dueAt(definition)
      const job = { ...writtenJob(definition.name, definition.data), ...jobOptions(definition.options) }
      const there = textsOf(await ask(connection, ['hgetall', layout.schedule(definition.id)]))
      const owner = there.get('queue')
      if (owner !== undefined && owner !== queue)
        throw new Error(`The queue ${owner} has a schedule of this id already`)
      const { id } = definition
      const fields = { id, cron: definition.cron ?? '', queue, job: JSON.stringify(job) }
      await schedule(id, at, [...Object.entries(fields).flat(), 'enabled', there.get('enabled') ?? 'true'])
    },
    async removeScheduler(queue, id) {
      const fields = textsOf(await ask(connection, ['hgetall', layout.schedule(id)]))
      // Of one without a definition nobody can say whose it was.
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
      // What fell due while it was paused is not made up for.
      if (at === null || at <= Date.now()) await schedule(id, nextRun(fields.get('cron') ?? '', Date.now()), [])
      await ask(connection, ['hset', layout.schedule(id), 'enabled', 'true'])
    },
  }
}

function schedulerOf({ id, fields, next }: Schedule): SchedulerEntry {
  const text = fields.get('job') ?? ''
  const job = detailOf(entryOf(text, { key: '', state: 'waiting', priority: '', runAt: null }), id)
  const isActive = fields.get('enabled') === 'true'
  return {
    id,
    name: job.name,
    cron: fields.get('cron') ?? null,
    every: null,
    timezone: null,
    limit: null,
    from: null,
    until: null,
    state: isActive ? 'active' : 'paused',
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
  if (unknown !== undefined) throw new Error(`A job of a schedule takes ${JOB_OPTIONS.join(', ')}, and no "${unknown}"`)
  return options
}

/** @throws when the framework can't keep such a schedule */
function dueAt({ id, cron, every, timezone, limit, from, until }: SchedulerDefinition): number {
  if (id === '') throw new Error('A schedule needs an id')
  if (every !== null || cron === null) throw new Error('A schedule of Gravito Stream takes a cron expression')
  if (timezone !== null) throw new Error("A schedule of Gravito Stream runs in its workers' time zone, and takes none")
  if ([limit, from, until].some((one) => one !== null))
    throw new Error('A schedule of Gravito Stream has no beginning, no end and no limit')
  return nextRun(cron, Date.now())
}
