import { clockOrigin } from '../../lib/clock.js'
import type { StoreRecord } from '../../ports/index.js'

export const MAX_BUFFERED_RECORDS = 2_000
export const MAX_BUFFERED_BYTES = 1_048_576

/** Records that wait to be written. When it is full, the oldest are dropped and counted. */
export class RecordBuffer {
  /** Records lost since the start. */
  dropped = 0
  #records: StoreRecord[] = []
  #bytes = 0
  readonly #divert: (record: StoreRecord) => boolean

  /** @param divert passes a record to another writer; returns whether that accepted it */
  constructor(divert: (record: StoreRecord) => boolean = () => false) {
    this.#divert = divert
  }

  get bytes(): number {
    return this.#bytes
  }

  get size(): number {
    return this.#records.length
  }

  push(record: StoreRecord): void {
    if (this.#divert(record)) return
    this.#records.push({ ...record, clockOrigin: clockOrigin() })
    this.#bytes += sizeOf(record)
    this.#trim()
  }

  /** Removes and returns all records. */
  take(): StoreRecord[] {
    const records = this.#records
    this.#records = []
    this.#bytes = 0
    return records
  }

  /** Puts unwritten records back, before all newer ones. */
  putBack(records: readonly StoreRecord[]): void {
    if (records.length === 0) return
    this.#records = [...records, ...this.#records]
    for (const record of records) this.#bytes += sizeOf(record)
    this.#trim()
  }

  #trim(): void {
    let over = 0
    while (this.#records.length - over > MAX_BUFFERED_RECORDS || this.#bytes > MAX_BUFFERED_BYTES) {
      this.#bytes -= sizeOf(this.#records[over] as StoreRecord)
      over += 1
    }
    if (over === 0) return
    this.#records.splice(0, over)
    this.dropped += over
  }
}

/** Approximate size of a record in bytes, without serializing it. */
function sizeOf({ type, record }: StoreRecord): number {
  if (type === 'slow') return 500 + record.name.length + (record.meta.url?.length ?? 0)
  if (type === 'exception') return 400 + record.message.length + (record.stack?.length ?? 0)
  if (type === 'jobs') return record.jobs.reduce((sum, { id, name }) => sum + 100 + id.length + name.length, 100)
  if (type === 'queues') return record.queues.reduce((sum, { name }) => sum + 200 + name.length, 100)
  return [...record.routes, ...record.jobs].reduce((sum, { key, sketch }) => sum + 60 + key.length + sketch.length, 100)
}
