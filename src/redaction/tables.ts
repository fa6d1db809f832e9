import { namesSecret } from './secret-names.js'
import { type Source, work } from './source.js'
import type { Secrets, Span } from './spans.js'

/** Longer lines are not headers. */
const MAX_HEADER_CHARS = 500
/** A name of a column, possibly in quotation marks. No blank precedes it, unlike in prose. */
const COLUMN = /^("?)[A-Za-z_](?:[\w. -]{0,60}[\w.])?\1$/
/** A label before the first column of a line: `worker: `, or a path. */
const LABEL = /^[^,;\t"]*[:/] ?/

/** Whether a word in a line looks like the name of a column. */
export function isInHeader(source: Source, from: number, end: number): boolean {
  return isBeside(source.code(from - 1)) && isBeside(source.code(end))
}

/** `,`, `;`, a tab, the end of a line or of the text, or a quotation mark. */
function isBeside(code: number): boolean {
  return code === 44 || code === 59 || code === 9 || code === 10 || code === 13 || code === 34 || code === 0xffff
}

/** The table (CSV) whose header contains a name: it has no secrets unless its second line has as many cells. */
export function tableAt(source: Source, name: number): Secrets {
  const { text } = source
  const start = text.lastIndexOf('\n', name) + 1
  const line = source.find('\n', name)
  work.steps += name - start
  if (line < 0 || line - start > MAX_HEADER_CHARS) return { spans: [], to: line < 0 ? source.end : line }
  const header = text.slice(start, line).trimEnd()
  const delimiter = /[,;\t]/.exec(header)?.[0] ?? ''
  const columns = delimiter === '' ? [] : header.replace(LABEL, '').split(delimiter)
  if (columns.length < 2 || !columns.every((column) => COLUMN.test(column))) return { spans: [], to: line }
  return rowsAt(
    source,
    line + 1,
    delimiter.charCodeAt(0),
    columns.map((column) => namesSecret(column.replaceAll('"', ''))),
  )
}

function rowsAt(source: Source, from: number, delimiter: number, secret: readonly boolean[]): Secrets {
  const spans: Span[] = []
  let to = from
  for (let at = from; at < source.end; at = to) {
    const cells = cellsAt(source, at, delimiter, secret.length)
    if (!cells) break
    for (const [index, cell] of cells.entries()) if (secret[index] && cell.to > cell.from) spans.push(cell)
    to = Math.min(source.end, source.find('\n', (cells.at(-1) as Span).to) + 1 || source.end)
  }
  return { spans, to }
}

/** The cells of a line: null if their number differs from that of the columns, or if the line is prose. */
function cellsAt(source: Source, from: number, delimiter: number, count: number): Span[] | null {
  const cells: Span[] = []
  for (let at = from; ; ) {
    if (cells.length === count || source.code(at) === 32) return null
    const cell = cellAt(source, at, delimiter)
    cells.push(cell)
    const end = source.code(cell.to) === 34 ? cell.to + 1 : cell.to
    if (source.code(end) !== delimiter) return cells.length === count ? cells : null
    at = end + 1
  }
}

function cellAt(source: Source, from: number, delimiter: number): Span {
  const isQuoted = source.code(from) === 34
  let to = isQuoted ? from + 1 : from
  for (; to < source.end; to++) {
    const code = source.code(to)
    if (isQuoted ? code === 34 : code === delimiter || code === 10 || code === 13) {
      if (!isQuoted || source.code(to + 1) !== 34) break
      to += 1
    }
  }
  work.steps += to - from
  return { from: isQuoted ? from + 1 : from, to }
}
