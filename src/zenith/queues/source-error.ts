import { maskMessage } from '../../redaction/secrets.js'

const MAX_CHARS = 300

const WORDS: readonly (readonly [pattern: RegExp, words: string])[] = [
  [/ECONNREFUSED/, 'The system of this queue does not answer: connection refused.'],
  [/^timed out$|ETIMEDOUT/, 'The system of this queue did not answer in time. What was asked for may still happen.'],
  [/ECONNRESET|EPIPE|Connection is closed/i, 'The connection to the system of this queue was lost.'],
]

/** What went wrong with a queue's system, in words and without secrets. */
export function sourceErrorInWords(error: unknown): string {
  const message = error instanceof Error ? textOf(error) : String(error)
  // The sources' own errors of Redis say what to do already.
  if (error instanceof Error && error.name === 'RedisError') return error.message
  const words = WORDS.find(([pattern]) => pattern.test(message))?.[1]
  return words ?? maskMessage(message.slice(0, 2 * MAX_CHARS)).slice(0, MAX_CHARS)
}

function textOf(error: Error): string {
  if (error.message !== '') return error.message
  const causes =
    error instanceof AggregateError ? error.errors.map((one) => (one instanceof Error ? one.message : '')) : []
  return causes.find((text) => text !== '') ?? error.name
}
