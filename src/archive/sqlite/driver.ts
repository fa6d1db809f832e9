import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { nextTurn } from '../../lib/async.js'
import type { ArchiveBatch, ArchiveDriver, ArchiveProblem, IndexedJob } from '../../ports/index.js'
import { type Binding, loadBinding } from '../../sql/sqlite/binding.js'
import { isDamage, messageOf, readable } from '../../sql/sqlite/errors.js'
import { distinctJobs } from '../shared/attempts.js'
import { checkBatch } from '../shared/checks.js'
import { Days } from './days.js'
import { forget, forgetNoted } from './forget.js'
import { daysOf, type Layout, layoutOf } from './layout.js'
import { Lock } from './lock.js'
import { MainFile } from './main-file.js'
import { placeJobs } from './place-jobs.js'
import { prune } from './prune.js'
import { readAttempts, readCounts, readFacets, readJobs, readRunning } from './read-jobs.js'
import { NAME } from './schema.js'
import { StatusReader } from './status.js'
import { writeJobs } from './write-jobs.js'

export interface SqliteDriverOptions {
  /** Directory of the files, which is created. Not on a network file system. */
  readonly dir: string
  /** Characters of payloads that one query reads for a phrase before its page ends. @default 67108864 */
  readonly maxTextBytes?: number | undefined
  /** Reads an archive that exists, also while another process has it: nothing is created, changed or locked. @default false */
  readonly isReadOnly?: boolean | undefined
}

interface Opened {
  /** Null when it is only read. */
  readonly lock: Lock | null
  readonly main: MainFile
  readonly days: Days
  readonly status: StatusReader
}

/**
 * An archive in files: one for figures, records and cursors, and two for the jobs of each UTC day. All calls run on the thread that calls
 * them, and hold it: see `src/archive/thread`.
 */
export function sqliteDriver({
  dir,
  maxTextBytes = 67_108_864,
  isReadOnly = false,
}: SqliteDriverOptions): ArchiveDriver {
  const layout = layoutOf(resolve(dir))
  const held = new Held(layout, isReadOnly)
  const read = <T>(work: (opened: Opened) => T | Promise<T>) => held.use(work)
  const inTurn = <T>(work: (opened: Opened) => T | Promise<T>) => held.inTurn(() => held.use(work))
  const change = isReadOnly ? refuse : inTurn
  return {
    kind: 'sqlite',
    place: layout.dir,
    open: () => held.use(() => undefined),
    cursor: (stream) => read(({ main }) => main.cursor(stream)),
    write: (batch) => change((opened) => write(opened, batch)),
    figures: (query) => read(({ main }) => main.figures(query)),
    scopes: (query) => read(({ main }) => main.scopes(query)),
    records: (query) => read(({ main }) => main.records(query)),
    jobs: (query) => read(({ days }) => readJobs(days, query, maxTextBytes)),
    facets: (filter, limit) => read(({ days }) => readFacets(days, filter, limit, maxTextBytes)),
    attempts: (queue, id) => read(({ days }) => readAttempts(days, queue, id)),
    runningAt: (at, limit) => read(({ days }) => readRunning(days, at, limit)),
    counts: ({ from, to }) => read(({ days }) => readCounts(days, from, to)),
    gaps: (query) => read(({ main }) => main.gaps(query)),
    status: () => read(({ main, status }) => status.read(main)),
    prune: (limits) => change(({ main, days }) => prune(layout, main, days, limits)),
    forget: (filter) => change(({ main, days }) => forget(main, days, filter)),
    verify: () => inTurn((opened) => verify(layout, opened)),
    close: () => held.close(),
  }
}

async function refuse(): Promise<never> {
  throw new Error('The archive is opened to be read only.')
}

function write({ main, days }: Opened, batch: ArchiveBatch<IndexedJob>): boolean {
  checkBatch(batch)
  if (!main.isExpected(batch)) return false
  const jobs = distinctJobs(batch.jobs ?? [])
  if (jobs.length > 0) {
    const placed = placeJobs(days, jobs)
    for (const [name, group] of placed) days.write(name, (day) => writeJobs(day, group))
    days.settle(new Set(placed.keys()))
  }
  return main.write(batch)
}

async function verify(layout: Layout, { main, days }: Opened): Promise<readonly ArchiveProblem[]> {
  for (const name of daysOf(layout, 'rows')) {
    days.verify(name)
    await nextTurn()
  }
  const result = Object.values(main.db.get<Record<string, string>>('PRAGMA quick_check(1)') ?? {})[0]
  const own = result === 'ok' ? [] : [{ part: 'archive.db', message: result ?? 'can not be checked' }]
  return [...own, ...days.problems()]
}

/** The opened files. One change at a time: it may give way to reads, but not to another change. */
class Held {
  readonly #layout: Layout
  readonly #isReadOnly: boolean
  #opening: Promise<Opened> | null = null
  #turn: Promise<unknown> = Promise.resolve()

  constructor(layout: Layout, isReadOnly: boolean) {
    this.#layout = layout
    this.#isReadOnly = isReadOnly
  }

  async use<T>(work: (opened: Opened) => T | Promise<T>): Promise<T> {
    try {
      this.#opening ??= this.#open()
      return await work(await this.#opening)
    } catch (error) {
      throw readable(error, this.#layout.dir, NAME)
    }
  }

  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work)
    this.#turn = result.catch(() => {})
    return result
  }

  async close(): Promise<void> {
    await this.#turn
    const opening = this.#opening
    this.#opening = null
    const opened = await opening?.catch(() => null)
    if (!opened) return
    opened.days.close()
    try {
      opened.main.db.checkpoint()
      opened.main.db.close()
    } catch {}
    opened.lock?.release()
  }

  async #open(): Promise<Opened> {
    try {
      return await (this.#isReadOnly ? openToRead(this.#layout) : openFiles(this.#layout))
    } catch (error) {
      // The next call tries again.
      this.#opening = null
      throw error
    }
  }
}

async function openFiles(layout: Layout): Promise<Opened> {
  const binding = await loadBinding('The SQLite archive')
  await mkdir(layout.dir, { recursive: true })
  const lock = new Lock(binding, layout.lock, layout.dir)
  try {
    const main = new MainFile(binding, layout.main)
    const days = new Days(binding, layout)
    await forgetNoted(main, days)
    return { lock, main, days, status: new StatusReader(layout, days) }
  } catch (error) {
    lock.release()
    throw isDamage(error) ? damagedMain(layout, error) : error
  }
}

async function openToRead(layout: Layout): Promise<Opened> {
  const binding: Binding = { ...(await loadBinding('The SQLite archive')), isReadOnly: true }
  if (!existsSync(layout.main)) throw new Error(`There is no archive in ${layout.dir}.`)
  try {
    const main = new MainFile(binding, layout.main)
    const days = new Days(binding, layout)
    return { lock: null, main, days, status: new StatusReader(layout, days) }
  } catch (error) {
    throw isDamage(error) ? damagedMain(layout, error) : error
  }
}

function damagedMain({ main }: Layout, error: unknown): Error {
  return new Error(
    `${main} is damaged: ${messageOf(error)}. Stop Zenith and move that file away to start with empty history and records; jobs in the folder "jobs" stay. To repair it, run: sqlite3 archive.db .recover`,
    { cause: error },
  )
}
