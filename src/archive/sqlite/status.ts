import { existsSync, statSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { nextTurn } from '../../lib/async.js'
import type { ArchiveStatus } from '../../ports/index.js'
import type { Day } from './day.js'
import type { Days } from './days.js'
import { daysOf, filesOf, type Layout } from './layout.js'
import type { MainFile } from './main-file.js'
import { TEXT } from './schema.js'

/** What a day holds. */
interface Holding {
  /** Sizes of its files: as long as they stay the same, so does what they hold. */
  readonly sign: string
  readonly jobs: number
  readonly payloads: number
  readonly since: number | null
  readonly payloadsSince: number | null
}

/** Days that did not change are not counted again. */
export class StatusReader {
  readonly #layout: Layout
  readonly #days: Days
  readonly #known = new Map<string, Holding>()

  constructor(layout: Layout, days: Days) {
    this.#layout = layout
    this.#days = days
  }

  async read(main: MainFile): Promise<ArchiveStatus> {
    const names = daysOf(this.#layout, 'rows')
    for (const name of this.#known.keys()) if (!names.includes(name)) this.#known.delete(name)
    const held: Holding[] = []
    for (const name of names) {
      const holding = this.#holding(name)
      if (holding) held.push(holding)
      await nextTurn()
    }
    const figures = main.db.get<{ bytes: number | null; since: number | null }>(
      'SELECT sum(length(body) + 48) AS bytes, min(start) AS since FROM figures',
    )
    return {
      bytes: bytesOf(this.#layout, figures?.bytes ?? 0),
      jobs: held.reduce((sum, { jobs }) => sum + jobs, 0),
      payloads: held.reduce((sum, { payloads }) => sum + payloads, 0),
      since: {
        figures: figures?.since ?? null,
        jobs: first(held.map(({ since }) => since)),
        payloads: first(held.map(({ payloadsSince }) => payloadsSince)),
      },
      disk: await diskOf(this.#layout.dir),
      problems: this.#days.problems(),
    }
  }

  #holding(name: string): Holding | null {
    const sign = `${stampOf(this.#layout.rows(name))} ${stampOf(this.#layout.text(name))}`
    const known = this.#known.get(name)
    if (known?.sign === sign) return known
    const holding = this.#days.read(name, (day) => holdingOf(day, sign))
    if (holding) this.#known.set(name, holding)
    return holding
  }
}

function holdingOf(day: Day, sign: string): Holding {
  const rows = day.db.get<{ jobs: number | null; since: number | null }>(
    'SELECT (SELECT sum(count) FROM tally) AS jobs, (SELECT min(finished) FROM jobs) AS since',
  )
  const texts = day.readText()
    ? day.db.get<{ count: number; since: number | null }>(
        `SELECT (SELECT count(*) FROM ${TEXT}.payloads) AS count, (SELECT j.finished FROM jobs j
          WHERE EXISTS (SELECT 1 FROM ${TEXT}.payloads p WHERE p.id = j.id) ORDER BY j.finished LIMIT 1) AS since`,
      )
    : null
  return {
    sign,
    jobs: rows?.jobs ?? 0,
    since: rows?.since ?? null,
    payloads: texts?.count ?? 0,
    payloadsSince: texts?.since ?? null,
  }
}

/** Sizes on disk, bytes. The shared memory beside a write-ahead log is as large as it likes and gone when the file is closed. */
export function bytesOf(layout: Layout, figures: number): ArchiveStatus['bytes'] {
  const main = sizeOf(layout.main)
  const jobs = sum(daysOf(layout, 'rows').map((day) => sizeOf(layout.rows(day))))
  const payloads = sum(daysOf(layout, 'text').map((day) => sizeOf(layout.text(day))))
  const kept = Math.min(figures, main)
  const others = sizeOf(layout.lock)
  return { figures: kept, records: main - kept, jobs, payloads, total: main + jobs + payloads + others }
}

/** Free and total bytes of the disk; null where the system does not tell. */
export async function diskOf(dir: string): Promise<ArchiveStatus['disk']> {
  try {
    const { bavail, blocks, bsize } = await statfs(dir)
    return { free: bavail * bsize, total: blocks * bsize }
  } catch {
    return null
  }
}

function sizeOf(file: string): number {
  return sum(filesOf(file).map((one) => (one.endsWith('-shm') || !existsSync(one) ? 0 : statSync(one).size)))
}

/** Changes with every write. */
function stampOf(file: string): string {
  return filesOf(file)
    .map((one) => (one.endsWith('-shm') || !existsSync(one) ? '' : `${statSync(one).size} ${statSync(one).mtimeMs}`))
    .join()
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function first(times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null)
  return known.length === 0 ? null : Math.min(...known)
}
