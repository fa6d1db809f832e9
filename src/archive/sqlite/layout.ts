import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Where the files of an archive are, and what they are called. A day is `2026-11-30`, UTC. */

export const DAY_MS = 86_400_000
const ROWS = /^(\d{4,6}-\d\d-\d\d)\.db$/
const TEXT = /^(\d{4,6}-\d\d-\d\d)\.text\.db$/
const SET_ASIDE = /\.damaged-\d+\.db$/
/** What SQLite keeps beside a database. */
const BESIDE = ['', '-wal', '-shm', '-journal']

export interface Layout {
  readonly dir: string
  readonly main: string
  readonly lock: string
  rows(day: string): string
  text(day: string): string
}

export function layoutOf(dir: string): Layout {
  return {
    dir,
    main: join(dir, 'archive.db'),
    lock: join(dir, 'lock'),
    rows: (day) => join(dir, 'jobs', `${day}.db`),
    text: (day) => join(dir, 'jobs', `${day}.text.db`),
  }
}

/** The day of a time, Unix ms. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

export function startOf(day: string): number {
  return Date.parse(`${day}T00:00:00.000Z`)
}

/** All days that have a file of the kind, oldest first. */
export function daysOf(layout: Layout, kind: 'rows' | 'text'): readonly string[] {
  const pattern = kind === 'rows' ? ROWS : TEXT
  return namesIn(layout)
    .flatMap((name) => pattern.exec(name)?.[1] ?? [])
    .sort()
}

/** Damaged files that were replaced. Nothing deletes them. */
export function setAsideIn(layout: Layout): readonly string[] {
  return namesIn(layout)
    .filter((name) => SET_ASIDE.test(name))
    .sort()
}

/** A database and what SQLite keeps beside it. */
export function filesOf(file: string): readonly string[] {
  return BESIDE.map((end) => file + end)
}

function namesIn({ dir }: Layout): readonly string[] {
  try {
    return readdirSync(join(dir, 'jobs'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
