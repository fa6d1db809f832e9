import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, relative } from 'node:path'
import { BoundedMap } from '../../lib/bounded-map.js'
import type { ArchiveProblem } from '../../ports/index.js'
import type { Binding } from '../../sql/sqlite/binding.js'
import { isDamage, messageOf } from '../../sql/sqlite/errors.js'
import { Day } from './day.js'
import { DAY_MS, daysOf, filesOf, type Layout, setAsideIn, startOf } from './layout.js'
import { TEXT } from './schema.js'

/** Days that stay open: a month, and some. Each has two files, each with a log and its index; a process may have about 1,000 open. */
const MAX_OPEN = 34

/** All days of an archive, of which some are open. */
export class Days {
  readonly #binding: Binding
  readonly #layout: Layout
  readonly #open = new Map<string, Day>()
  /** Days whose texts are damaged. */
  readonly #textless = new Set<string>()
  readonly #problems = new BoundedMap<string, ArchiveProblem>(100)

  constructor(binding: Binding, layout: Layout) {
    this.#binding = binding
    this.#layout = layout
  }

  /** Days with a file that overlap [from, to), newest first. */
  between(from: number, to: number): readonly string[] {
    return daysOf(this.#layout, 'rows')
      .filter((day) => startOf(day) < to && startOf(day) + DAY_MS > from)
      .reverse()
  }

  /** The result of reading a day; null if it is damaged, which is noted. */
  read<T>(name: string, use: (day: Day) => T): T | null {
    if (!existsSync(this.#layout.rows(name))) return null
    try {
      return use(this.#get(name))
    } catch (error) {
      this.drop(name)
      if (!isDamage(error)) throw error
      const wasReadable = !this.#textless.has(name)
      const isReadable = this.#note(name, error)
      // Its rows answer without the texts.
      return isReadable && wasReadable ? this.read(name, use) : null
    }
  }

  /**
   * Writes to a day, which is created if it is missing. A damaged file would stop the whole archive: it is renamed, and the day begins
   * again without it.
   */
  write<T>(name: string, use: (day: Day) => T): T {
    try {
      return this.#tryWrite(name, use)
    } catch (error) {
      if (!isDamage(error)) throw error
      this.#setAside(name)
      return this.#tryWrite(name, use)
    }
  }

  #tryWrite<T>(name: string, use: (day: Day) => T): T {
    try {
      mkdirSync(dirname(this.#layout.rows(name)), { recursive: true })
      const day = this.#get(name)
      day.isWritten = true
      return use(day)
    } catch (error) {
      // What was written of the texts is removed when the day is opened again.
      this.drop(name)
      throw error
    }
  }

  /** Empties the logs of the days that are written no more: each may be as long as the day's files. */
  settle(written: ReadonlySet<string>): void {
    for (const [name, day] of this.#open) if (!written.has(name)) day.settle()
  }

  has(name: string): boolean {
    return existsSync(this.#layout.rows(name))
  }

  /** Closes a day, so that its files can be deleted or replaced. */
  drop(name: string): void {
    this.#open.get(name)?.close()
    this.#open.delete(name)
  }

  /** Deletes files of a day. */
  remove(name: string, kind: 'rows' | 'text'): void {
    this.drop(name)
    const texts = filesOf(this.#layout.text(name))
    // Texts first: without rows nothing would name them.
    for (const file of kind === 'text' ? texts : [...texts, ...filesOf(this.#layout.rows(name))])
      rmSync(file, { force: true })
    this.#textless.delete(name)
    this.#problems.delete(this.#partOf(this.#layout.text(name)))
    if (kind === 'rows') this.#problems.delete(this.#partOf(this.#layout.rows(name)))
  }

  problems(): readonly ArchiveProblem[] {
    const aside = setAsideIn(this.#layout).map((file) => ({
      part: `jobs/${file}`,
      message: 'was damaged and is set aside; the archive does not read it and never deletes it',
    }))
    return [...[...this.#problems].map(([, problem]) => problem), ...aside]
  }

  /** Checks the files of a day from end to end. A file that was repaired is read again. */
  verify(name: string): void {
    this.drop(name)
    this.#textless.delete(name)
    for (const kind of ['rows', 'text'] as const) this.#problems.delete(this.#partOf(this.#layout[kind](name)))
    this.read(name, (day) => {
      this.#check(day, 'main', this.#layout.rows(name))
      if (day.readText()) this.#check(day, TEXT, this.#layout.text(name))
    })
  }

  note(file: string, message: string): void {
    const part = this.#partOf(file)
    this.#problems.set(part, { part, message })
  }

  close(): void {
    for (const name of [...this.#open.keys()]) this.drop(name)
  }

  #get(name: string): Day {
    const known = this.#open.get(name)
    const day = known ?? new Day(this.#binding, this.#layout, name, this.#textless.has(name))
    this.#open.delete(name)
    this.#open.set(name, day)
    const [oldest] = this.#open.keys()
    if (this.#open.size > MAX_OPEN && oldest !== undefined) this.drop(oldest)
    return day
  }

  #check(day: Day, schema: string, file: string): void {
    const results = day.db.all<Record<string, string>>(`PRAGMA ${schema}.quick_check(1)`)
    const result = Object.values(results[0] ?? {})[0]
    if (result !== undefined && result !== 'ok') this.note(file, result)
  }

  /** Finds out which of the two files it is. @returns whether the rows can be read */
  #note(name: string, error: unknown): boolean {
    const files = this.#damagedOf(name)
    for (const file of files) this.note(file, messageOf(error))
    this.#textless.add(name)
    return files.length === 1
  }

  /** The damaged file of texts alone, or both when the rows are: their ids belong together. */
  #damagedOf(name: string): readonly string[] {
    const rows = this.#layout.rows(name)
    const text = this.#layout.text(name)
    return this.#isSound(rows) ? [text] : [text, rows]
  }

  #isSound(file: string): boolean {
    try {
      const database = this.#binding.open(file)
      try {
        return Object.values(database.prepare('PRAGMA quick_check(1)').get([]) ?? {})[0] === 'ok'
      } finally {
        database.close()
      }
    } catch {
      return false
    }
  }

  #setAside(name: string): void {
    this.#textless.delete(name)
    const end = `.damaged-${Date.now()}.db`
    for (const file of this.#damagedOf(name))
      for (const part of filesOf(file)) {
        if (existsSync(part)) renameSync(part, part.replace(/\.db(-\w+)?$/, `${end}$1`))
        this.#problems.delete(this.#partOf(file))
      }
  }

  #partOf(file: string): string {
    return relative(this.#layout.dir, file).replaceAll('\\', '/')
  }
}
