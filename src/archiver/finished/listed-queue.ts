import type { QueueSource, RawJob } from '../../ports/index.js'
import { type JobSummary, MAX_ID_CHARS, type QueueDriver } from '../../protocol/index.js'
import type { ListedJob } from './walk.js'

/** A queue whose finished jobs can be listed. */
export interface ListedQueue {
  /** As in URLs. */
  readonly key: string
  readonly name: string
  /** Those that report it. */
  readonly services: readonly string[]
  readonly source: QueueSource
  /** The value that the source's methods take. */
  readonly address: string
}

export const FINISHED_STATES = ['completed', 'failed'] as const
export type FinishedState = (typeof FINISHED_STATES)[number]

/** A failing job of Horizon is listed as completed for a moment, ms. */
const UNSETTLED_MS = 2_000
/** An end from further in the future is not believed, ms. */
const MAX_AHEAD_MS = 60_000

/** The latest end that is archived now; later ones have another round. @param now Unix ms */
export function latestEnd(driver: QueueDriver, state: FinishedState, now: number): number {
  return isLaravel(driver) && state === 'completed' ? now - UNSETTLED_MS : now + MAX_AHEAD_MS
}

/**
 * The id that a job is archived by. Gravito Stream gives all jobs of a schedule one id, and its source tells those of a page apart by what
 * follows `#`: in the archive their ends do.
 */
export function archivedIdOf(driver: QueueDriver, { id }: Pick<JobSummary, 'id'>): string {
  return driver === 'gravito-stream' ? id.replace(/(?<=.)#[0-9a-f]{16}$/s, '') : id
}

/** Whether the archive takes an id: a URL has no room for longer ones. */
export function isShortId({ id }: Pick<JobSummary, 'id'>): boolean {
  return id.length <= MAX_ID_CHARS
}

/**
 * A job as its queue lists it. A worker's recorder may tell the same attempt: the archive makes them one, since both have the queue's
 * times. They are two, though, when the worker's clock is 2 s or more off: a recorder corrects its times by Redis' clock, and the queue
 * does not.
 */
export function rawJobOf(queue: ListedQueue, state: FinishedState, job: ListedJob, payload: string | null): RawJob {
  const { id, name, addedAt, startedAt, finishedAt, error } = job
  const [only, ...others] = queue.services
  return {
    queue: queue.key,
    queueName: queue.name,
    ...{ id, name, outcome: state, addedAt, startedAt, finishedAt },
    attempt: attemptOf(queue.source.driver, state, job),
    // The time that it was to be delayed is in no list.
    waitMs: null,
    runMs: startedAt === null ? null : Math.max(0, finishedAt - startedAt),
    service: only !== undefined && others.length === 0 ? only : null,
    node: null,
    error: state === 'failed' ? error : null,
    payload: payload === null ? null : { kind: 'text', text: payload },
  }
}

/** Bull counts failures; Horizon stores the number from before the attempt, or from after it. */
function attemptOf(driver: QueueDriver, state: FinishedState, { attempts }: ListedJob): number | null {
  if (attempts === null || isLaravel(driver)) return null
  const made = driver === 'bull' && state === 'completed' ? attempts + 1 : attempts
  return made > 0 ? made : null
}

function isLaravel(driver: QueueDriver): boolean {
  return driver === 'laravel' || driver === 'laravel-horizon'
}
