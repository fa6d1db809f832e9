import type { JobPlace, JobSummary } from '../../protocol/index.js'
import { asNumber, asText } from '../../redis/replies.js'
import { summaryText } from '../shared/texts.js'
import { timeOf } from '../shared/times.js'
import { addressOf, parentKeyOf } from './addresses.js'
import { holdsJob } from './job-hash.js'

/** What is read of an error for a list, in bytes: as much as is masked before it is cut, and more than a list shows of any script. */
export const ERROR_BYTES = 2_400

/**
 * Small fields of a job's hash. Its payload, its error and its result may be of any size and are not among them. Of `atm` and
 * the last three Bull knows nothing.
 */
export const SUMMARY_FIELDS = [
  'name',
  'timestamp',
  'priority',
  'processedOn',
  'finishedOn',
  'atm',
  'attemptsMade',
  'parent',
  'parentKey',
  'rjk',
] as const

export interface RawSummary {
  readonly id: string
  /** Its place in a sorted set. */
  readonly score: number | null
  /** Of SUMMARY_FIELDS. */
  readonly values: readonly unknown[]
  readonly maxAttempts: unknown
  /** Its beginning; null also when it is too long to be read for a list. */
  readonly error: unknown
  readonly errorBytes: unknown
  readonly progress: unknown
  readonly dataBytes: unknown
}

/** Null when the job is gone, or when its id names no job: the id is in a list, and there is no hash of a job. */
export function summaryOf<Place extends JobPlace>(
  raw: RawSummary,
  state: Place,
  prefix: string,
): JobSummary<Place> | null {
  const [name, timestamp, priority, processedOn, finishedOn, atm, made, parent, parentKey, scheduler] = raw.values
  const parentKeys = parentKeyOf(asText(parent), asText(parentKey), prefix)
  if (!holdsJob([timestamp, processedOn, finishedOn, atm, made])) return null
  return {
    id: raw.id,
    name: asText(name) ?? '',
    state,
    addedAt: timeOf(asText(timestamp)),
    runAt: state === 'delayed' ? dueAt(raw.score) : null,
    startedAt: timeOf(asText(processedOn)),
    finishedAt: timeOf(asText(finishedOn)),
    attempts: asNumber(made ?? atm) ?? 0,
    maxAttempts: asNumber(raw.maxAttempts),
    priority: asNumber(priority),
    error: errorOf(asText(raw.error), asNumber(raw.errorBytes) ?? 0),
    progress: progressOf(asText(raw.progress)),
    parent: parentKeys && addressOf(prefix, parentKeys),
    scheduler: asText(scheduler),
    dataBytes: asNumber(raw.dataBytes),
  }
}

function errorOf(text: string | null, bytes: number): string | null {
  if (text === null && bytes > 0) return `(an error of ${Math.round(bytes / 1024)} KB: see the job)`
  // That it was cut has to be seen: a byte of it may be half a letter.
  return summaryText(text !== null && bytes > ERROR_BYTES ? `${text.slice(0, -1)}…` : text)
}

/** Delayed jobs are sorted by this. Their hashes say how long the delay was, and not since when. */
export function dueAt(score: number | null): number | null {
  return score === null ? null : timeOf(Math.floor(score / 4096))
}

export function progressOf(text: string | null): number | null {
  const number = text === null || text.trim() === '' ? Number.NaN : Number(text)
  return number >= 0 && number <= 100 ? number : null
}

/** How many attempts a job's options allow; found without reading them. */
export function attemptsIn(options: string | null): number | null {
  return asNumber(/"attempts":(\d+)/.exec(options ?? '')?.[1] ?? null)
}
