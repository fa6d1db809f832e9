type Cell = string | number | null

/** A table in CSV (RFC 4180). A text that a spreadsheet would run as a formula gets a quote in front. */
export function csvOf(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return csvRows([header, ...rows])
}

/** Rows of a table that is written in parts. */
export function csvRows(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(cellOf).join(',')}\r\n`).join('')
}

function cellOf(value: Cell): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
