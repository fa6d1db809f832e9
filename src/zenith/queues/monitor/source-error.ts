import type { RefusalKind } from '../../../ports/index.js'
import { maskedWithin } from '../../../redaction/within.js'
import { ApiError, type RefusalCode } from '../../http/api-error.js'

const MAX_CHARS = 300

const WORDS: readonly (readonly [pattern: RegExp, words: string])[] = [
  [/ECONNREFUSED/, 'The system of this queue does not answer: connection refused.'],
  [/^timed out$|ETIMEDOUT/, 'The system of this queue did not answer in time. What was asked for may still happen.'],
  [/ECONNRESET|EPIPE|Connection is closed/i, 'The connection to the system of this queue was lost.'],
]

const CODES: Readonly<Record<RefusalKind, RefusalCode>> = {
  denied: 'queue_denied',
  replica: 'queue_replica',
  full: 'queue_full',
  unavailable: 'queue_unavailable',
  condition: 'not_possible',
  gone: 'not_found',
}

/** An API error for an error of a queue's system, by its kind. */
export function sourceRefusal(error: unknown): ApiError {
  return new ApiError(CODES[refusalKindOf(error) ?? 'unavailable'], sourceErrorInWords(error))
}

/** Null for an error without a kind. */
export function refusalKindOf(error: unknown): RefusalKind | null {
  const kind: unknown = typeof error === 'object' && error !== null && 'refusal' in error ? error.refusal : null
  return isKind(kind) ? kind : null
}

function isKind(kind: unknown): kind is RefusalKind {
  return typeof kind === 'string' && Object.hasOwn(CODES, kind)
}

/** A readable error of a queue's system, without secrets. */
export function sourceErrorInWords(error: unknown): string {
  const message = error instanceof Error ? textOf(error) : String(error)
  // The sources' own errors of Redis already include what to do.
  if (error instanceof Error && error.name === 'RedisError') return maskedWithin(error.message, MAX_CHARS * 2)
  const words = WORDS.find(([pattern]) => pattern.test(message))?.[1]
  return words ?? maskedWithin(message, MAX_CHARS)
}

function textOf(error: Error): string {
  if (error.message !== '') return error.message
  const causes =
    error instanceof AggregateError ? error.errors.map((one) => (one instanceof Error ? one.message : '')) : []
  return causes.find((text) => text !== '') ?? error.name
}
