import type { JobAddress, JobState, JobSummary } from '../../protocol/index.js'
import { asNumber, asText } from '../../redis/replies.js'
import { summaryText } from '../shared/texts.js'
import { timeOf } from '../shared/times.js'
import { parseObject } from './options.js'

/** What is read of an error for a list, in bytes: more than a list shows, whatever the script. */
export const ERROR_BYTES = 1_200

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
  /** Null also when it is too long to be read for a list. */
  readonly error: unknown
  readonly errorBytes: unknown
  readonly progress: unknown
  readonly dataBytes: unknown
}

/** Null when the job is gone: its id is still in a list, and its hash is not. */
export function summaryOf(raw: RawSummary, state: JobState): JobSummary | null {
  const [name, timestamp, priority, processedOn, finishedOn, atm, made, parent, parentKey, scheduler] = raw.values
  if (raw.values.every((value) => value === null || value === undefined)) return null
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
    parent: parentOf(asText(parent), asText(parentKey)),
    scheduler: asText(scheduler),
    dataBytes: asNumber(raw.dataBytes),
  }
}

function errorOf(text: string | null, bytes: number): string | null {
  if (text === null && bytes > 0) return `(an error of ${Math.round(bytes / 1024)} KB: see the job)`
  return summaryText(text)
}

/** Delayed jobs are sorted by this. Their hashes say how long the delay was, and not since when. */
export function dueAt(score: number | null): number | null {
  return score === null ? null : timeOf(Math.floor(score / 4096))
}

export function progressOf(text: string | null): number | null {
  const number = text === null || text.trim() === '' ? Number.NaN : Number(text)
  return number >= 0 && number <= 100 ? number : null
}

/** `{"id":"7","queueKey":"bull:orders"}`; children of older versions have the key alone. */
export function parentOf(json: string | null, key: string | null): JobAddress | null {
  const { id, queueKey } = parseObject(json) ?? {}
  if (typeof id === 'string' && typeof queueKey === 'string')
    return { queue: queueKey.slice(queueKey.lastIndexOf(':') + 1), id }
  const [, queue, ...rest] = key?.split(':') ?? []
  return queue === undefined || rest.length === 0 ? null : { queue, id: rest.join(':') }
}

/** How many attempts a job's options allow; found without reading them. */
export function attemptsIn(options: string | null): number | null {
  return asNumber(/"attempts":(\d+)/.exec(options ?? '')?.[1] ?? null)
}
