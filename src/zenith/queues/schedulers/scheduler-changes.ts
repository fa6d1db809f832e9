import type { SchedulerAction } from '../../../api/actions.js'
import type { JobAddress, SchedulerDefinition } from '../../../protocol/index.js'
import { redactName } from '../../../redaction/name.js'
import { MASK } from '../../../redaction/secrets.js'
import { ApiError } from '../../http/api-error.js'
import { orSayWhatIsWrong, pauseByRemoval, restore } from './pause-by-removal.js'
import { definitionOf } from './paused-schedulers.js'
import { pausesItself } from './scheduler.js'
import type { Task } from './task.js'

type AuditedChange = (task: Task) => Promise<JobAddress | null>

export const CHANGES: Readonly<Record<SchedulerAction, AuditedChange>> = {
  run,
  pause,
  resume,
  save: saveScheduler,
  remove,
}

async function run({ queue: { source, address }, entry, paused, id }: Task): Promise<JobAddress | null> {
  const job = entry || !paused ? source.runScheduler?.(address, id) : source.add?.(address, jobOf(paused.definition))
  return (await job) ?? null
}

/** The job of a scheduler that is not in its queue, with the options that can be set for a new job. */
function jobOf({ name, data, options }: SchedulerDefinition) {
  const number = (value: unknown) => (typeof value === 'number' ? value : null)
  return { name, data, delay: null, priority: number(options.priority), attempts: number(options.attempts) }
}

async function pause(task: Task): Promise<null> {
  const { queue, id } = task
  if (pausesItself(queue)) await queue.source.pauseScheduler?.(queue.address, id)
  else await pauseByRemoval(task)
  return null
}

/** If the app has registered the scheduler again, that one stays. Otherwise it is restored first, then the stored one is deleted. */
async function resume({ queue: { key, source, address }, entry, paused, id, store }: Task): Promise<null> {
  if (!paused) {
    await source.resumeScheduler?.(address, id)
    return null
  }
  if (!entry) await restore(source, address, paused)
  await store.delete(key, id)
  return null
}

async function remove({ queue: { key, source, address }, entry, paused, id, store }: Task): Promise<null> {
  if (entry) await source.removeScheduler?.(address, id)
  if (paused) await store.delete(key, id)
  return null
}

/** Creates or edits a scheduler. For one that is paused here, the stored definition is edited. */
async function saveScheduler({ queue, entry, paused, id, definition, store }: Task): Promise<null> {
  if (!definition) throw new ApiError('not_possible', '`save` takes a `definition`.')
  const known = entry ? definitionOf(entry) : paused?.definition
  const data = unmasked('data', definition.data, known?.data) ?? '{}'
  const options = unmasked('options', definition.options, known?.options) ?? {}
  // The name shown may be masked.
  const name = known && definition.name === redactName(known.name) ? known.name : definition.name
  const asked: SchedulerDefinition = { ...definition, id, name, data, options }
  if (paused && !entry) {
    checkCron(asked.cron)
    await store.put({ ...paused, definition: asked, isEdited: true, hasTemplate: true })
  } else {
    await orSayWhatIsWrong('It was not saved', queue.source.saveScheduler?.(queue.address, asked))
  }
  return null
}

/** Shown values are masked: saving them as shown would lose their secrets. Null stays null. */
function unmasked<T>(field: string, asked: T | null, known: T | undefined): T | undefined {
  if (asked === null || known === undefined || !holdsMask(asked) || holdsMask(known)) return asked ?? known
  const message = `\`definition.${field}\` holds masked values (${MASK}): put the real ones in, or leave it out to keep them.`
  throw new ApiError('not_possible', message)
}

function holdsMask(value: unknown): boolean {
  return JSON.stringify(value).includes(MASK)
}

/** A stored definition is not checked by any system until it is resumed. */
function checkCron(cron: string | null): void {
  if (cron === null || /^(@\w+|\S+( +\S+){4,5})$/.test(cron.trim())) return
  throw new ApiError(
    'not_possible',
    '`cron` takes 5 fields, minute, hour, day, month and weekday, or 6 with seconds first.',
  )
}
