import type { Place } from './tree.js'

/** A setting in force. */
export interface Row {
  readonly field: string
  /** As in the file, lists with commas, secrets masked; null: it is not set. */
  readonly value: string | null
  readonly source: Source
}

export type Source =
  | { readonly kind: 'default' }
  /** A variable, or with `_FILE` the variable that names the file with the value. */
  | { readonly kind: 'variable'; readonly name: string }
  | ({ readonly kind: 'file'; readonly file: string } & Place)

const NONE = '(none)'
/** A longer value does not move the column of sources. */
const MAX_VALUE_CHARS = 50

/** One line for each, in columns. */
export function textOfRows(rows: readonly Row[]): string {
  const fields = Math.max(...rows.map(({ field }) => field.length))
  const lengths = rows.map(({ value }) => (value ?? NONE).length)
  const values = Math.max(...lengths.filter((length) => length <= MAX_VALUE_CHARS))
  return rows
    .map(
      ({ field, value, source }) =>
        `  ${field.padEnd(fields)}  ${oneLine(value ?? NONE).padEnd(values)}  ${nameOf(source)}`,
    )
    .join('\n')
}

/** Without what would move the cursor of a terminal. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}/gu, '�')
}

function nameOf(source: Source): string {
  if (source.kind === 'file') return `${source.file}:${source.line}`
  return source.kind === 'variable' ? source.name : source.kind
}
