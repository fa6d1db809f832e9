import type { SchedulerAction } from '../../../api/actions.js'
import type { SchedulerView } from '../../../api/schedulers.js'
import { MAX_ID_CHARS, type SchedulerEntry, type SchedulerSnapshot } from '../../../protocol/index.js'
import { cut } from '../../../protocol/read.js'
import { redactName } from '../../../redaction/name.js'
import type { ConnectedQueue } from '../directory.js'
import { optionsView, type Showing, shownText } from '../jobs/job-view.js'
import { definitionOf, type PausedScheduler } from './paused-schedulers.js'

/** A scheduler in its queue, stored by Zenith, or both: then the app registered it again after it was paused. */
export interface Scheduler {
  readonly queue: ConnectedQueue
  readonly entry: SchedulerEntry | null
  readonly paused: PausedScheduler | null
}

/** Whether the system has a pause of its own. */
export function pausesItself({ source }: ConnectedQueue): boolean {
  return source.pauseScheduler !== undefined && source.resumeScheduler !== undefined
}

/** Possible actions. @param isAvailable whether definitions can be stored */
export function actionsOf({ queue, entry, paused }: Scheduler, isAvailable: boolean): readonly SchedulerAction[] {
  // A request cannot contain a longer id.
  const id = entry?.id ?? paused?.definition.id ?? ''
  if (queue.readOnly || id.length > MAX_ID_CHARS) return []
  const can = abilitiesOf(queue, isAvailable)
  const allowed = entry ? actionsOfEntry(entry, paused, can) : actionsOfPaused(paused, can)
  return (Object.keys(allowed) as SchedulerAction[]).filter((action) => allowed[action])
}

type Abilities = ReturnType<typeof abilitiesOf>
type Allowed = Readonly<Record<SchedulerAction, boolean>>

function abilitiesOf(queue: ConnectedQueue, isAvailable: boolean) {
  const { source } = queue
  const { capabilities } = source
  const save = source.saveScheduler !== undefined && capabilities.includes('saveScheduler')
  const remove = source.removeScheduler !== undefined && capabilities.includes('removeScheduler')
  return {
    save,
    remove,
    run: source.runScheduler !== undefined && capabilities.includes('runScheduler'),
    add: source.add !== undefined && capabilities.includes('add'),
    pause: pausesItself(queue) || (isAvailable && save && remove),
  }
}

/** An edit adds a stopped or ended scheduler to its queue again. */
function actionsOfEntry({ state, data }: SchedulerEntry, paused: PausedScheduler | null, can: Abilities): Allowed {
  const isWhole = state !== 'legacy' && state !== 'orphan' && data !== null
  return {
    run: isWhole && can.run,
    pause: (state === 'active' || state === 'late') && data !== null && can.pause,
    resume: paused !== null || (state === 'paused' && can.pause),
    save: isWhole && can.save,
    remove: can.remove,
  }
}

function actionsOfPaused(paused: PausedScheduler | null, can: Abilities): Allowed {
  const isPaused = paused !== null
  return {
    run: paused?.hasTemplate === true && can.add,
    pause: false,
    resume: isPaused && can.save,
    // A scheduler that neither exists nor is stored can be created.
    save: isPaused || can.save,
    remove: isPaused,
  }
}

/** Null if it neither exists nor is stored. */
export function viewOf(scheduler: Scheduler, isAvailable: boolean, showing: Showing): SchedulerView | null {
  const { queue, entry, paused } = scheduler
  const shown = entry ?? (paused && entryOfPaused(paused))
  if (!shown) return null
  return {
    ...shown,
    // A program that writes to the queue's Redis may write ids of any length.
    id: cut(shown.id, MAX_ID_CHARS),
    cron: shown.cron === null ? null : cut(shown.cron, MAX_ID_CHARS),
    timezone: shown.timezone === null ? null : cut(shown.timezone, MAX_ID_CHARS),
    data: shownText(shown.data, showing),
    name: redactName(shown.name),
    attention: paused !== null && entry !== null ? REGISTERED_AGAIN : (shown.attention ?? null),
    options: optionsView(shown.options),
    queue: queue.key,
    queueName: queue.name,
    isKept: paused !== null,
    isRegisteredAgain: paused !== null && entry !== null,
    pausedBy: paused?.pausedBy ?? null,
    pausedAt: paused?.pausedAt ?? null,
    actions: actionsOf(scheduler, isAvailable),
  }
}

const REGISTERED_AGAIN = 'it was paused here, and the app registered it again since'

function entryOfPaused({ definition, hasTemplate, runs, last }: PausedScheduler): SchedulerEntry {
  const template = hasTemplate ? {} : { data: null, options: null }
  return { ...definition, ...template, state: 'paused', next: null, last, runs }
}

/** The document for a scheduler that is about to be paused. @param by who pauses it @param at Unix ms */
export function pausedOf(
  queue: ConnectedQueue,
  entry: SchedulerEntry,
  snapshot: SchedulerSnapshot | null,
  by: string | null,
  at: number,
): PausedScheduler {
  return {
    queue: queue.key,
    definition: definitionOf(entry),
    snapshot,
    isEdited: false,
    hasTemplate: entry.data !== null,
    runs: entry.runs,
    last: entry.last,
    pausedBy: by,
    pausedAt: at,
  }
}
