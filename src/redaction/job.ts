import type { JobPlace, JobSummary } from '../protocol/index.js'
import { maskPayload } from './json.js'
import { redactName } from './name.js'
import { maskStack } from './stack.js'
import { maskedWithin, windowOf } from './within.js'

declare const seen: unique symbol

/**
 * What a visitor sees: masked whole and then cut. Only this is shown, matched, counted, grouped and sorted by: an answer that
 * depends on anything else tells what is masked, one guess after the other.
 */
export type Seen<T> = T & { readonly [seen]: true }

/** The longest error in a list of jobs, and the longest one of a job, characters. */
const MAX_ERROR_CHARS = 300
const MAX_FAILURE_CHARS = 20_000

/** What {@link seenSummary} needs of an error. */
export function errorWindow(error: string): string {
  return windowOf(error, MAX_ERROR_CHARS)
}

/** A job of a list as it is seen. Its id is its address, and is shown as it is. */
export function seenSummary<Place extends JobPlace>(job: JobSummary<Place>): Seen<JobSummary<Place>> {
  const { name, error } = job
  const masked = { ...job, name: redactName(name), error: error === null ? null : maskedWithin(error, MAX_ERROR_CHARS) }
  return masked as Seen<JobSummary<Place>>
}

/** A job whose texts are searched, as its system has them. */
export interface SearchedJob {
  readonly summary: JobSummary
  /** Null when it is too large to be searched. */
  readonly payload: string | null
  /** The whole error, where it is at hand. */
  readonly failure?: string | null
}

/** All texts of a job that are seen: those of {@link seenSummary}, its payload and its whole error. */
export function seenTexts({ summary, payload, failure }: SearchedJob): string[] {
  const { id, name, error } = seenSummary(summary)
  const limits = { message: MAX_FAILURE_CHARS, stack: MAX_FAILURE_CHARS }
  return [
    id,
    name,
    error ?? '',
    payload === null ? '' : maskPayload(payload).text,
    failure ? maskStack(failure, '', limits) : '',
  ]
}
