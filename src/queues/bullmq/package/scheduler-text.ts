import type { SchedulerDefinition } from '../../../protocol/index.js'
import { parseJson } from '../../bull-common/adding.js'
import { notPossible } from '../../shared/conditions.js'
import { textJobOf } from './add-text.js'
import { canSchedule, type QueueUser, type SchedulerQueue, scheduling } from './queue-api.js'

/** Saves a scheduler with BullMQ's API. */
export async function saveScheduler(api: QueueUser, queue: string, definition: SchedulerDefinition): Promise<void> {
  const { id, name, cron, every, timezone, limit, from, until, options } = definition
  if ((cron === null) === (every === null))
    throw notPossible('A scheduler takes a cron pattern or how often it runs in ms: one of them')
  const repeat = { pattern: cron, every, tz: timezone, limit, startDate: from, endDate: until }
  const given = Object.fromEntries(Object.entries(repeat).filter(([, value]) => value !== null))
  const template = { name, data: definition.data, opts: options }
  const job = await api.use(queue, (open) => upsertText(scheduling(open), id, given, template))
  if (job === undefined)
    throw notPossible('This schedule is over: BullMQ finds no time for a next run, and saved nothing')
}

interface Template {
  readonly name: string
  /** JSON, stored byte for byte. */
  readonly data: string
  readonly opts: object
}

/**
 * Saves a scheduler whose jobs have this exact text as payload. BullMQ takes a value and writes it with `JSON.stringify`; here the text is
 * replaced where its scheduler passes it on: to `scripts` (5) or `backend` (6), as seen in 5.16 to 6.7.
 *
 * @returns its next job, or undefined if there is none @throws if the payload is no JSON
 */
async function upsertText(queue: SchedulerQueue, id: string, repeat: object, template: Template) {
  if (!canSchedule(queue))
    throw notPossible("The source's bullmq has no job schedulers that can be saved: it must be 5.16 or later")
  const data = parseJson(template.data) ?? {}
  const scheduler = await queue.jobScheduler
  const own = Object.fromEntries(
    WAYS.flatMap((way) =>
      way in scheduler ? [[way, { value: puttingText(scheduler, way, data, template.data) }]] : [],
    ),
  )
  const writing = Object.create(scheduler, { ...own, Job: { value: textJobOf(scheduler, template.data) } })
  const writer: SchedulerQueue = Object.create(queue, { jobScheduler: { value: Promise.resolve(writing) } })
  return writer.upsertJobScheduler(id, repeat, { ...template, data })
}

const WAYS = ['scripts', 'backend'] as const

/** Wraps the object that a scheduler passes data on to, and replaces the written value by the text. */
function puttingText(scheduler: object, way: string, data: unknown, text: string): object {
  const written = JSON.stringify(data)
  return new Proxy(Reflect.get(scheduler, way) as object, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      if (name !== 'addJobScheduler') return value.bind(target)
      return (...args: readonly unknown[]) => value.apply(target, withText(args, written, text))
    },
  })
}

/** The id comes first, and may be any text. Until 5.29 only the next job has the payload. */
function withText(args: readonly unknown[], written: string, text: string): unknown[] {
  return args.map((one, index) => (index >= 2 && one === written ? text : one))
}
