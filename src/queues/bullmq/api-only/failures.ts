import type { RefusalKind } from '../../../ports/index.js'

type DatabaseKind = Exclude<RefusalKind, 'condition' | 'gone'>

/** By SQLSTATE. */
const KINDS: Readonly<Record<string, DatabaseKind>> = {
  '28000': 'denied',
  '28P01': 'denied',
  '42501': 'denied',
  '25006': 'replica',
  '53100': 'full',
  '53200': 'full',
}

const WORDS: Readonly<Record<DatabaseKind, string>> = {
  denied: 'The database user of these queues lacks a right',
  replica: 'The database of these queues only reads: connect to its primary',
  full: 'The database of these queues takes no more data',
  unavailable: "The database of these queues can't do it",
}

/** An error of the queues' database, or of the connection to it. */
class DatabaseRefusal extends Error {
  readonly refusal: RefusalKind

  constructor(refusal: RefusalKind, message: string, cause: unknown) {
    super(message, { cause })
    this.refusal = refusal
  }
}

/**
 * A readable error: a driver's own may have no text, or only the address.
 *
 * @param place of the database, if the message should have it
 */
export function describeFailure(error: unknown, place: string | null = null): Error {
  if (error instanceof DatabaseRefusal) return error
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : null
  const text = error instanceof Error && error.message !== '' ? error.message : 'it does not answer'
  if (code === null || !/^[A-Z0-9]{4,}$/.test(code)) return error instanceof Error ? error : new Error(text)
  const kind = KINDS[code] ?? 'unavailable'
  return new DatabaseRefusal(kind, `${WORDS[kind]}${place === null ? '' : ` (${place})`}: ${text} (${code})`, error)
}
