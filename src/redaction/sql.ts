import { kindOf, SPACE } from './chars.js'
import { itemEnd } from './items.js'
import { quotedAt } from './quoted.js'
import { namesSecret } from './secret-names.js'
import { skipSpaces } from './signs.js'
import type { Source } from './source.js'
import type { Secret, Secrets, Span } from './spans.js'

/** Longer lists of columns are not read. */
const MAX_COLUMNS_CHARS = 1_000
/** A table, possibly with an alias, and the bracket of its columns. */
const TABLE = /[\w.$"'`\\[\]]{1,120}(?:\s{1,4}[\w."'`\\]{1,60}){0,3}\s{0,4}\(/y
const VALUES = /\)\s{0,8}(?:(?:overriding|output)\s[\w\s.,*[\]]{1,100}?)?\bvalues?\s{0,8}(?:row\s{0,4})?\(/iy
const NEXT_ROW =
  /\)\s{0,16}(?:\/\*[^*]{0,100}\*\/\s{0,16})?,\s{0,16}(?:(?:\/\*[^*]{0,100}\*\/|--[^\n]{0,100}\n)\s{0,16})?(?:row\s{0,4})?\(/iy
const PLACEHOLDER = /^(?:\$\d+|\?|:\w+|@\w+|%s)(?:::[\w ]+)?$/

const IDENTIFIED = /\s{1,4}(?:WITH\s{1,4}\S{1,40}\s{1,4})?(?:BY|AS|USING)\s{1,4}(?:PASSWORD\s{1,4})?/iy
/** Limit for reading the rows of nested statements, in all, as a multiple of the text's length. */
const MAX_NESTED = 3

/** The password of `IDENTIFIED WITH mysql_native_password BY 'x'`. */
export function identifiedBy(source: Source, end: number): Secret | null {
  IDENTIFIED.lastIndex = end
  const lead = IDENTIFIED.exec(source.text)
  return lead && quotedAt(source, end + lead[0].length)
}

/** The secrets in the rows of a statement. */
export interface Rows extends Secrets {
  /** Whether a secret column has a placeholder. */
  readonly isBound: boolean
  /** Whether all of them are masked because they were not read. */
  readonly isUnread: boolean
}

/** Reads the rows that statements insert. */
export class Inserts {
  readonly #source: Source
  /** Start of the last statement's rows, and the number of characters read in rows. */
  #rows = -1
  #read = 0

  constructor(source: Source) {
    this.#source = source
  }

  /** The secrets in the rows of a statement, read from its table on; null without any, or if the rows were read before. */
  rowsAt(table: number): Rows | null {
    const source = this.#source
    const found = insertedAt(source, table)
    if (!found || found.rows === this.#rows) return null
    this.#rows = found.rows
    if (this.#read > MAX_NESTED * source.end) return unread(found.rows, source.end)
    const rows = secretsOfRows(source, found)
    this.#read += rows.to - found.rows
    return rows
  }
}

function unread(from: number, to: number): Rows {
  return { spans: [{ from, to }], isBound: false, isUnread: true, to }
}

/** Start of a statement's rows, and which of its columns are secret. */
interface Inserted {
  readonly rows: number
  readonly secret: readonly boolean[]
}

/** Parses `INSERT INTO users (name, password) VALUES ('bob', 'x'), …` from its table on; null without a secret column. */
function insertedAt(source: Source, table: number): Inserted | null {
  TABLE.lastIndex = table
  const head = TABLE.exec(source.text)
  const open = table + (head?.[0].length ?? 0)
  const close = head ? source.find(')', open) : -1
  if (close < 0 || close - open > MAX_COLUMNS_CHARS || isBetween(source.find('(', open), close)) return null
  const secret = source.text.slice(open, close).split(',').map(isSecretColumn)
  VALUES.lastIndex = close
  const values = secret.includes(true) ? VALUES.exec(source.text) : null
  return values && { rows: close + values[0].length, secret }
}

function isBetween(at: number, end: number): boolean {
  return at >= 0 && at < end
}

function isSecretColumn(column: string): boolean {
  return namesSecret(column.replace(/[^\w.-]/g, ''))
}

/** Reads all rows. A value without a column counts as secret. */
function secretsOfRows(source: Source, { rows, secret }: Inserted): Rows {
  const spans: Span[] = []
  let isBound = false
  for (let at = rows, column = 0; ; column++) {
    const end = itemEnd(source, at)
    const item = secretOfItem(source, at, end)
    if (secret[column] !== false) {
      isBound ||= isPlaceholder(source, item)
      if (!standsForNone(source, item)) spans.push(item)
    }
    const next = source.code(end) === 44 ? end + 1 : nextRow(source, end)
    if (next < 0) return { spans, isBound, isUnread: false, to: end }
    if (next > end + 1) column = -1
    at = next
  }
}

function nextRow(source: Source, from: number): number {
  NEXT_ROW.lastIndex = from
  return NEXT_ROW.test(source.text) ? NEXT_ROW.lastIndex : -1
}

/** `$1`, `?`, `:name`, `@p1`, `%s`, also with a type. */
export function isPlaceholder(source: Source, { from, to }: Span): boolean {
  return to - from < 60 && PLACEHOLDER.test(source.text.slice(from, to))
}

function standsForNone(source: Source, { from, to }: Span): boolean {
  return (
    isPlaceholder(source, { from, to }) || (to - from < 8 && /^(?:null|default|)$/i.test(source.text.slice(from, to)))
  )
}

/** The text in quotation marks, or else the whole expression. */
function secretOfItem(source: Source, start: number, end: number): Span {
  const from = Math.min(end, skipSpaces(source, start))
  let to = end
  while (to > from && (kindOf(source.code(to - 1)) & SPACE) !== 0) to -= 1
  const quoted = quotedAt(source, from)
  return quoted && quoted.next >= to ? { from: quoted.from, to: Math.min(quoted.to, to) } : { from, to }
}
