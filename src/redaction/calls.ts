import { argumentAt } from './items.js'
import { quotedAt } from './quoted.js'
import { quoteAt } from './quotes.js'
import { namesPassword } from './secret-names.js'
import type { Source } from './source.js'
import type { Secret, Span } from './spans.js'

const MAX_NAME = 60
/** PHP's PDO and mysqli, whose third argument is the password. */
const CONNECTOR = /^(?:pdo|mysqli?(?:_real)?(?:_p?connect)?)$/i
const MAX_CONNECTOR = 21
const CALLED = /(?:(?:->|::)(?:__construct|real_connect|connect))?\s{0,2}\(/y
/** How the first argument of PHP's PDO begins. */
const DSNS = new Set(['mysql', 'pgsql', 'sqlsrv', 'oci', 'odbc', 'dblib', 'firebird', 'informix'])
const MAX_DSN = 8
const OPENED = /\(\s{0,3}\\{0,2}["']$/
/** The third argument. */
const PASSWORD_INDEX = 2

/** The argument of `PASSWORD('x')` or `setPassword("x")`. */
export function passwordArgument(source: Source, from: number, end: number): Secret | null {
  if (end - from > MAX_NAME || !quoteAt(source, end + 1) || !namesPassword(source.text.slice(from, end))) return null
  const value = quotedAt(source, end + 1)
  return value && source.code(value.next) === 41 ? value : null
}

/** Whether a word is the name of a function that opens a connection. */
export function isConnector(source: Source, from: number, end: number): boolean {
  return end - from <= MAX_CONNECTOR && CONNECTOR.test(source.text.slice(from, end))
}

/** Whether `(`, `->` or `::` follows a word. @param code of the character there */
export function isCalled(source: Source, end: number, code: number): boolean {
  return code === 40 || (code === 45 && source.code(end + 1) === 62) || (code === 58 && source.code(end + 1) === 58)
}

/** The password of `PDO->__construct($dsn, 'root', 'x')` or `new mysqli('a', 'root', 'x')`. */
export function connectionPassword(source: Source, end: number): Span | null {
  CALLED.lastIndex = end
  const call = CALLED.exec(source.text)
  return call && textOf(source, argumentAt(source, end + call[0].length, PASSWORD_INDEX))
}

/** Whether a word followed by a colon begins a DSN. */
export function isDsn(source: Source, from: number, end: number): boolean {
  return end - from <= MAX_DSN && DSNS.has(source.text.slice(from, end))
}

/** The password of `connect('mysql:host=a', 'root', 'x')`: the first argument may contain one, too. */
export function dsnPassword(source: Source, from: number): Span | null {
  const opened = OPENED.exec(source.text.slice(Math.max(0, from - 7), from))
  return opened && textOf(source, argumentAt(source, from - opened[0].length + 1, PASSWORD_INDEX))
}

function textOf(source: Source, argument: number): Span | null {
  const value = argument < 0 ? null : quotedAt(source, argument)
  return value && value.to > value.from ? value : null
}
