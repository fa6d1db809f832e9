import { existsSync } from 'node:fs'
import { BoundedMap } from '../../lib/bounded-map.js'
import type { Binding } from '../../sql/sqlite/binding.js'
import { Database } from '../../sql/sqlite/database.js'
import { damaged } from '../../sql/sqlite/errors.js'
import { decodeBlock, type Entry, encodeBlock } from './blocks.js'
import { type Layout, startOf } from './layout.js'
import { NAME, ROWS_SCHEMA, TEXT, TEXT_SCHEMA, VERSION } from './schema.js'

/** Labels that are remembered of a day; a queue, a job's name, a service and a node are one each. */
const MAX_LABELS = 20_000
/** Decoded blocks that are remembered: a page shows jobs of few. */
const MAX_BLOCKS = 16

/** The opened files of a day. The file of its texts is attached when it is needed. */
export class Day {
  readonly name: string
  /** Start of the day, Unix ms. */
  readonly start: number
  readonly db: Database
  /** Whether its texts can't be read; its rows can. */
  readonly isTextDamaged: boolean
  /** Whether it was written since it was opened. */
  isWritten = false
  readonly #textFile: string
  #hasText = false
  #isReadyToWrite = false
  readonly #ids = new BoundedMap<string, number>(MAX_LABELS)
  readonly #values = new BoundedMap<number, string>(MAX_LABELS)
  readonly #blocks = new BoundedMap<number, ReadonlyMap<number, Entry>>(MAX_BLOCKS)

  constructor(binding: Binding, layout: Layout, name: string, isTextDamaged: boolean) {
    this.name = name
    this.start = startOf(name)
    this.isTextDamaged = isTextDamaged
    this.#textFile = layout.text(name)
    this.db = new Database(binding, layout.rows(name))
    try {
      this.db.ensure('main', ROWS_SCHEMA, VERSION, NAME)
    } catch (error) {
      this.db.close()
      throw error
    }
  }

  /** Attaches the file of texts if there is one. @returns whether there is one */
  readText(): boolean {
    if (!this.#hasText && !this.isTextDamaged && existsSync(this.#textFile)) this.#attach()
    return this.#hasText
  }

  /** Attaches the file of texts, and creates it if it is missing. What a write that did not end left there is removed. */
  writeText(): void {
    if (this.isTextDamaged) throw damaged(this.#textFile)
    if (!this.#hasText) this.#attach()
    if (this.#isReadyToWrite) return
    this.#removeOrphans()
    this.#isReadyToWrite = true
  }

  #attach(): void {
    this.db.run(`ATTACH ? AS ${TEXT}`, [this.#textFile])
    try {
      this.db.tune(TEXT)
      this.db.exec(`PRAGMA ${TEXT}.secure_delete = ON`)
      this.db.ensure(TEXT, TEXT_SCHEMA, VERSION, NAME)
    } catch (error) {
      this.db.exec(`DETACH ${TEXT}`)
      throw error
    }
    this.#hasText = true
  }

  /** Texts are written before rows: a process that ends in between leaves texts without a job, whose ids will be used again. */
  #removeOrphans(): void {
    const last = this.db.get<{ last: number | null }>('SELECT max(id) AS last FROM jobs')?.last ?? 0
    const orphans = this.db.all<{ id: number; block: number }>(`SELECT id, block FROM ${TEXT}.payloads WHERE id > ?`, [
      last,
    ])
    if (orphans.length > 0) this.removeTexts(orphans)
  }

  /** Removes payloads and terms of jobs. */
  removeTexts(payloads: readonly { readonly id: number; readonly block: number }[]): void {
    this.db.transaction(() => {
      for (const { id } of payloads) {
        this.db.run(`DELETE FROM ${TEXT}.terms WHERE rowid = ?`, [id])
        this.db.run(`DELETE FROM ${TEXT}.payloads WHERE id = ?`, [id])
      }
      const gone = new Set(payloads.map(({ id }) => id))
      for (const block of new Set(payloads.map((payload) => payload.block))) this.#shrinkBlock(block, gone)
    })
  }

  #shrinkBlock(block: number, gone: ReadonlySet<number>): void {
    const left = [...this.#readBlock(block).values()].filter(([id]) => !gone.has(id))
    this.#blocks.delete(block)
    if (left.length === 0) this.db.run(`DELETE FROM ${TEXT}.blocks WHERE id = ?`, [block])
    else this.writeBlock(block, left)
  }

  writeBlock(block: number, entries: readonly Entry[]): void {
    const body = encodeBlock(entries)
    this.db.run(`INSERT OR REPLACE INTO ${TEXT}.blocks (id, body) VALUES (?, ?)`, [block, body])
  }

  /** The payload of a job; null if it has none. Only after {@link readText} returned true. */
  payload(id: number): Entry | null {
    const block = this.db.get<{ block: number }>(`SELECT block FROM ${TEXT}.payloads WHERE id = ?`, [id])?.block
    return block === undefined ? null : (this.#readBlock(block).get(id) ?? null)
  }

  #readBlock(block: number): ReadonlyMap<number, Entry> {
    const known = this.#blocks.get(block)
    if (known) return known
    const row = this.db.get<{ body: Uint8Array }>(`SELECT body FROM ${TEXT}.blocks WHERE id = ?`, [block])
    const entries = new Map((row ? decodeBlock(row.body) : []).map((entry) => [entry[0], entry]))
    this.#blocks.set(block, entries)
    return entries
  }

  /** The id of a text; null if no job of the day has it. */
  labelId(value: string): number | null {
    const known = this.#ids.get(value)
    if (known !== undefined) return known
    const id = this.db.get<{ id: number }>('SELECT id FROM labels WHERE value = ?', [value])?.id ?? null
    if (id !== null) this.#ids.set(value, id)
    return id
  }

  /** The id of a text, which gets one if it has none. Only in a transaction. */
  addLabel(value: string): number {
    const known = this.labelId(value)
    if (known !== null) return known
    this.db.run('INSERT INTO labels (value) VALUES (?)', [value])
    return this.labelId(value) as number
  }

  label(id: number): string {
    const known = this.#values.get(id)
    if (known !== undefined) return known
    const value = this.db.get<{ value: string }>('SELECT value FROM labels WHERE id = ?', [id])?.value ?? ''
    this.#values.set(id, value)
    return value
  }

  /** Ids and texts are removed or numbered again. */
  forgetCaches(): void {
    for (const [value] of [...this.#ids]) this.#ids.delete(value)
    for (const [id] of [...this.#values]) this.#values.delete(id)
    for (const [block] of [...this.#blocks]) this.#blocks.delete(block)
  }

  /** Never throws. */
  close(): void {
    this.settle()
    try {
      this.db.close()
    } catch {}
  }

  /** Leaves nothing of what it wrote in write-ahead logs. A full disk has no room for that: a log is read when the day is opened again. */
  settle(): void {
    if (!this.isWritten) return
    this.isWritten = false
    try {
      this.db.checkpoint()
      if (this.#hasText) this.db.checkpoint(TEXT)
    } catch {}
  }
}
