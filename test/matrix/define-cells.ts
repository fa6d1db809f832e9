import { describe, it } from 'vitest'
import type { Row, Runtime } from './cells.js'

/** A suite for every row and a test in it for every runtime: `scripts/matrix.mjs` makes its table of their names. */
export function defineCells(
  rows: readonly Row[],
  runtimes: readonly Runtime[],
  check: (runtime: Runtime, row: Row) => Promise<void>,
  { where = '', timeout = 60_000 } = {},
): void {
  // Bun is not there on every platform, and a suite has to have a test.
  if (runtimes.length === 0) return
  describe.each(named(rows))(`${where}%s`, (_title, row) => {
    it.each(named(runtimes))('%s', (_name, runtime) => check(runtime, row), timeout)
  })
}

/** `$title` would be shown in quotes and cut short. */
function named<T extends { readonly title: string }>(list: readonly T[]): [string, T][] {
  return list.map((one) => [one.title, one])
}
