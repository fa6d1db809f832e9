import { own } from '../../protocol/read.js'

/** What metrics remember of earlier looks. JSON of the past may be of another version, or broken: each entry is checked. */

export type Row = readonly (string | number | null)[]

/** The first rows whose JSON is not longer than so many bytes. @param rows the most important first */
export function rowsWithin(rows: Iterable<Row>, bytes: number): Row[] {
  const kept: Row[] = []
  let left = bytes
  for (const row of rows) {
    left -= Buffer.byteLength(JSON.stringify(row)) + 1
    if (left < 0) break
    kept.push(row)
  }
  return kept
}

/** The rows of a part of the memory; none if there is no such part. */
export function rowsOf(memory: unknown, name: string): readonly unknown[][] {
  if (typeof memory !== 'object' || memory === null) return []
  const rows = own(memory as Record<string, unknown>, name)
  return Array.isArray(rows) ? rows.filter((row) => Array.isArray(row)) : []
}

export function isText(value: unknown): value is string {
  return typeof value === 'string'
}

/** A time, a number of something: never below 0. */
export function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}
