import { performance } from 'node:perf_hooks'
import type { Batch, StoreRecord } from '../../ports/index.js'
import {
  encodeFinishedJobs,
  FINISHED_JOBS_LIFE_MS,
  MAX_FINISHED_BYTES,
  MAX_RECORD_CHARS,
  MIN_FINISHED_ENTRIES,
} from '../../protocol/index.js'
import { type PackedText, packText, packTextLater } from '../../redis/packed-text.js'
import { just, keeping, type Step, shiftOf, type Way } from './write-steps.js'

/** How often the key gets its TTL, ms. */
const EXPIRE_EVERY_MS = 60_000
/** After this number of bytes of its own a node trims by length once, and by age again. */
const TRIM_EVERY_BYTES = 4 * 1_048_576
/** The mean size of about this number of entries counts. */
const RECENT_ENTRIES = 1_000
/** Overhead of an entry in Redis: its id, its fields' names, the signature. */
const ENTRY_BYTES = 150

type JobsRecord = Extract<StoreRecord, { readonly type: 'jobs' }>

/** Records of finished jobs of a batch, as the fields of their entries. */
export type PackedJobs = readonly { readonly entry: JobsRecord; readonly fields: readonly string[] }[]

/** Writes records of finished jobs. */
export class FinishedJobsWriter {
  readonly #way: Way
  #expiredAt = Number.NEGATIVE_INFINITY
  #untrimmed = 0
  #bytes = 0
  #entries = 0

  constructor(way: Way) {
    this.#way = way
  }

  /** The key is new: it has no TTL. */
  renew(): void {
    this.#expiredAt = Number.NEGATIVE_INFINITY
  }

  pack(batch: Batch): PackedJobs {
    return jobsOf(batch).map((entry) => ({
      entry,
      fields: fieldsOf(entry, packText(this.#textOf(batch, entry), MAX_RECORD_CHARS)),
    }))
  }

  /** The same off the event loop, as far as it goes. */
  async packLater(batch: Batch): Promise<PackedJobs> {
    const packed: { entry: JobsRecord; fields: readonly string[] }[] = []
    for (const entry of jobsOf(batch)) {
      const text = await packTextLater(this.#textOf(batch, entry), MAX_RECORD_CHARS)
      packed.push({ entry, fields: fieldsOf(entry, text) })
    }
    return packed
  }

  steps(service: string, packed: PackedJobs): Step[] {
    if (packed.length === 0) return []
    const { keys, clock } = this.#way
    const key = keys.jobs(service)
    const done = (id: unknown, sentAt: number) => clock.learnFromId(id, sentAt)
    const adds = packed.map(({ entry, fields }) => {
      const trim = this.#trimFor(fields.reduce((sum, text) => sum + text.length, ENTRY_BYTES))
      return { ...keeping([entry], 'xadd', key, ...trim, '*', ...fields), done }
    })
    if (performance.now() - this.#expiredAt < EXPIRE_EVERY_MS) return adds
    this.#expiredAt = performance.now()
    return [...adds, just('pexpire', key, 2 * FINISHED_JOBS_LIFE_MS)]
  }

  #textOf({ service }: Batch, entry: JobsRecord): string {
    const { keys, clock, signer } = this.#way
    return signer.json(keys.jobs(service), encodeFinishedJobs(entry.record, shiftOf(entry, clock)))
  }

  /**
   * Redis can't trim a stream by its bytes. So a node keeps as many entries as would take the whole limit if all were as large as its own
   * are. One command trims in one way only.
   */
  #trimFor(bytes: number): (string | number)[] {
    if (this.#entries >= RECENT_ENTRIES) {
      this.#bytes /= 2
      this.#entries /= 2
    }
    this.#bytes += bytes
    this.#entries += 1
    this.#untrimmed += bytes
    const oldest = this.#way.clock.oldest(FINISHED_JOBS_LIFE_MS)
    // While Redis' clock is unknown, nothing is trimmed by age.
    if (oldest !== null && this.#untrimmed < TRIM_EVERY_BYTES) return ['MINID', '~', oldest]
    this.#untrimmed = 0
    const length = Math.floor(MAX_FINISHED_BYTES / (this.#bytes / this.#entries))
    return ['MAXLEN', '~', Math.max(MIN_FINISHED_ENTRIES, length)]
  }
}

function jobsOf({ records }: Batch): JobsRecord[] {
  return records.filter((entry) => entry.type === 'jobs')
}

function fieldsOf({ record: { payloads } }: JobsRecord, text: PackedText): readonly string[] {
  return payloads ? [...text, 'sealed', Buffer.from(payloads.bytes).toString('base64')] : text
}
