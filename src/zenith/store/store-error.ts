import { maskMessage } from '../../redaction/secrets.js'
import { maskedWithin } from '../../redaction/within.js'

const MAX_CHARS = 200

const WORDS: readonly (readonly [pattern: RegExp, words: string])[] = [
  [/WRONGPASS|NOAUTH|invalid username-password/i, 'The store refuses the password'],
  [/NOPERM/i, 'The store does not allow this user to read'],
  [/ECONNREFUSED/i, 'The store does not answer: connection refused'],
  [/ENOTFOUND|EAI_AGAIN/i, 'The name of the store’s host is not known'],
  [/ETIMEDOUT|timed? ?out/i, 'The store does not answer in time'],
  [/ECONNRESET|EPIPE|Connection is closed/i, 'The connection to the store was lost'],
]

/** The store did not answer. The message is readable and contains no secret. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError'
}

/** A readable message without secrets. */
export function storeErrorInWords(error: unknown): string {
  const message = textOf(error)
  // Errors of the Redis store are readable already.
  if (error instanceof Error && error.name === 'RedisError') return maskedWithin(error.message, MAX_CHARS * 3)
  const words = WORDS.find(([pattern]) => pattern.test(message))?.[1]
  return words ?? `The store reports an error: ${maskedWithin(message, MAX_CHARS, mask)}`
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? String(error.code) : ''
  const causes = error instanceof AggregateError ? error.errors.map(textOf).join(' ') : ''
  return [code, error.message, causes].filter(Boolean).join(' ')
}

/** Also masks what follows a word such as `password`. */
function mask(text: string): string {
  return maskMessage(text).replace(/\b(auth|pass(?:word)?|token|secret)\b(\s*[:=]\s*|\s+)\S+/gi, '$1$2***')
}
