import type { JobPlace, JobSummary } from '../protocol/index.js'
import { maskPayload } from './json.js'
import { redactName } from './name.js'
import { maskStack } from './stack.js'
import { maskedWithin, windowOf } from './within.js'

declare const seen: unique symbol

/**
 * Data as a user sees it: masked first and then cut. Only this may be shown, matched, counted, grouped and sorted by: a response that
 * depends on anything else would reveal masked text, one guess after the other.
 */
export type Seen<T> = T & { readonly [seen]: true }

/** Longest error in a list of jobs, and longest error of one job, characters. */
const MAX_ERROR_CHARS = 300
const MAX_FAILURE_CHARS = 20_000

/** The part of an error that {@link seenSummary} needs. */
export function errorWindow(error: string): string {
  return windowOf(error, MAX_ERROR_CHARS)
}

/** A job of a list as a user sees it. Its id is its address and stays unmasked. */
export function seenSummary<Place extends JobPlace>(job: JobSummary<Place>): Seen<JobSummary<Place>> {
  const { name, error } = job
  const masked = { ...job, name: redactName(name), error: error === null ? null : maskedWithin(error, MAX_ERROR_CHARS) }
  return masked as Seen<JobSummary<Place>>
}

/** A job whose texts are searched, as its system stores it. */
export interface SearchedJob {
  readonly summary: JobSummary
  /** Null when it is too large to be searched. */
  readonly payload: string | null
  /** The whole error, if available. */
  readonly failure?: string | null
}

/** All texts of a job that a user sees: those of {@link seenSummary}, its payload and its whole error. */
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
