import { isQuasarError } from '../../lib/errors.js'

/** What errors of `pg` and of sockets have in common. */
interface Failure {
  readonly code?: unknown
  readonly message?: unknown
}

/** What to say and do about a SQLSTATE, or about a code of Node's. */
const WORDS: Readonly<Record<string, string>> = {
  '28P01': 'refuses the user or the password',
  '28000': 'refuses the user, the password or a connection without TLS',
  '3D000': 'has no such database',
  '53300': 'has no connection left: raise max_connections, or lower poolSize',
  '53100': 'has no disk space left',
  '57014': 'took too long for the request and stopped it',
  '57P01': 'was shut down during the request',
  '57P03': 'is starting up or shutting down',
  '25006': 'is read-only: it is a standby, or default_transaction_read_only is on',
  '42501': 'refuses the role: it lacks a right',
  ECONNREFUSED: 'does not answer: nothing listens there',
  ENOTFOUND: 'does not answer: its host name is unknown',
  ECONNRESET: 'closed the connection',
  ETIMEDOUT: 'does not answer',
}

/** Codes after which a question may be asked again on another connection: the server ended this one. */
const ENDED = new Set(['57P01', '57P02', '57P03', 'ECONNRESET', 'EPIPE'])

/** Classes of SQLSTATE whose messages are about the database, never about its content. */
const HARMLESS = /^(0A|25|3F|40|42|53|54|55|57|58|XX)/

/** An error of a database: readable, without secrets and values. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError'

  /** @param code the SQLSTATE, or Node's code; '' without one */
  constructor(
    message: string,
    readonly code = '',
  ) {
    super(message)
  }
}

/** @param detail what else there is to say, such as what was tried */
export function readableError(error: unknown, place: string, detail = ''): Error {
  if (error instanceof DatabaseError || isQuasarError(error)) return error
  const { code, message } = failureOf(error)
  const words = WORDS[code] ?? wordsOf(code, message)
  const told = HARMLESS.test(code) && code.length === 5 ? ` (${message})` : ''
  return new DatabaseError(`PostgreSQL at ${place} ${words}${told}${detail}`, code)
}

/** What `pg` says of a connection that ended before or while it was asked. */
const TERMINATED = /Connection terminated|is not queryable/

/** Whether the connection broke, whatever the request was. */
export function isEnded(error: unknown): boolean {
  const { code, message } = failureOf(error)
  return ENDED.has(code) || TERMINATED.test(message)
}

export function codeOf(error: unknown): string {
  return failureOf(error).code
}

function failureOf(error: unknown): { code: string; message: string } {
  // Node tries several addresses of a host and reports them together.
  const first = error instanceof AggregateError ? error.errors[0] : error
  const { code, message } = (first ?? {}) as Failure
  return { code: typeof code === 'string' ? code : '', message: typeof message === 'string' ? message : '' }
}

function wordsOf(code: string, message: string): string {
  if (/timeout/i.test(message)) return 'does not answer in time'
  if (TERMINATED.test(message)) return 'closed the connection'
  if (/SSL|TLS|certificate/i.test(message + code)) return `does not agree on TLS (${code || message})`
  return `failed the request (${code || 'no code'})`
}
