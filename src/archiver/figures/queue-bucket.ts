import { backlogOf, JOB_STATES, type QueueDriver, type QueueHistory, type RecordedQueue } from '../../protocol/index.js'
import { BODY_VERSION, encodeBody, readBody } from './body.js'

/** Maximum number of queues in a bucket. */
const MAX_QUEUES_OF_BUCKET = 5_000
/** Records that a bucket remembers of a node, to tell a second copy. */
const MAX_STARTS = 20

/** The mean of a figure over time, and its highest value. */
export interface MeanAndMax {
  readonly mean: number
  readonly max: number
}

/** What is known of a queue over a bucket, in this order. The backlog is one of its own: the highest values of its parts may be of different times. */
export const QUEUE_FIGURES = [...JOB_STATES, 'oldestMs', 'in', 'out', 'backlog'] as const
export type QueueFigure = (typeof QUEUE_FIGURES)[number]

/** One queue over a bucket. */
export interface QueueFigures {
  readonly name: string
  readonly driver: QueueDriver
  readonly place: string | null
  readonly server: string | null
  /** How much of the bucket it was read, ms. Two nodes that took turns may overlap. */
  readonly ms: number
  /** Unknown figures are missing. */
  readonly figures: Readonly<Partial<Record<QueueFigure, MeanAndMax>>>
}

type QueueRow = readonly [string, QueueDriver, string | null, string | null, number, readonly (FigureRow | 0)[]]
type FigureRow = readonly [mean: number, max: number]

interface QueueBody {
  readonly v: typeof BODY_VERSION
  readonly queues: readonly QueueRow[]
  readonly more?: number
  readonly starts?: readonly (readonly [string, readonly number[]])[]
}

/** One queue of an encoded bucket as it is stored: a list reads hundreds of thousands, and only some of their figures. */
export class StoredQueue {
  readonly #row: QueueRow

  constructor(row: QueueRow) {
    this.#row = row
  }

  get name(): string {
    return this.#row[0]
  }

  get driver(): QueueDriver {
    return this.#row[1]
  }

  get place(): string | null {
    return this.#row[2]
  }

  get server(): string | null {
    return this.#row[3]
  }

  /** See {@link QueueFigures.ms}. */
  get ms(): number {
    return this.#row[4]
  }

  /** Null: unknown. */
  mean(figure: QueueFigure): number | null {
    const known = this.#row[5][QUEUE_FIGURES.indexOf(figure)] ?? 0
    return known === 0 ? null : known[0]
  }

  /** The highest value; null: unknown. */
  max(figure: QueueFigure): number | null {
    const known = this.#row[5][QUEUE_FIGURES.indexOf(figure)] ?? 0
    return known === 0 ? null : known[1]
  }
}

/** The queues that a service reported over one bucket. */
export class QueueBucket {
  readonly queues = new Map<string, QueueFigures>()
  /** Queues beyond the limit that were seen at once: a queue counts once, however often it is reported. There may be more. */
  more = 0
  readonly #more = new Set<string>()
  readonly #starts = new Map<string, number[]>()

  /** Whether a record that begins in this bucket is in it. Coarse buckets do not know. */
  has(record: { readonly node: string; readonly from: number }): boolean {
    return this.#starts.get(record.node)?.includes(record.from) ?? false
  }

  /** @param ms length of the part of the record that lies in this bucket @param isFirst whether the record begins in it */
  add(record: QueueHistory, ms: number, isFirst: boolean): void {
    for (const queue of record.queues) this.#addQueue(figuresOf(queue, ms))
    if (isFirst) this.#remember(record.node, [record.from])
  }

  /** Adds another bucket, whose time is within this one's. @param isSameLength whether this one recognizes copies, too */
  merge(other: QueueBucket, isSameLength: boolean): void {
    for (const queue of other.queues.values()) this.#addQueue(queue)
    for (const id of other.#more) this.#addMore(id)
    this.more = Math.max(this.more, other.more)
    if (isSameLength) for (const [node, starts] of other.#starts) this.#remember(node, starts)
  }

  /** Drops the queues that are not to be kept. */
  keep(isKept: (queue: QueueFigures) => boolean): void {
    for (const [id, queue] of this.queues) if (!isKept(queue)) this.queues.delete(id)
  }

  encode(): Uint8Array {
    const body: QueueBody = {
      v: BODY_VERSION,
      queues: [...this.queues.values()].map(rowOf),
      ...(this.more > 0 && { more: this.more }),
      ...(this.#starts.size > 0 && { starts: [...this.#starts] }),
    }
    return encodeBody(body)
  }

  /** @returns null for a body that is damaged or of a later version */
  static decode(bytes: Uint8Array): QueueBucket | null {
    return readBody(bytes, (body: QueueBody) => QueueBucket.#of(body))
  }

  /** The queues of an encoded bucket alone; none of a body that is damaged or of a later version. */
  static queuesOf(bytes: Uint8Array): readonly StoredQueue[] {
    return readBody(bytes, (body: QueueBody) => body.queues.map((row) => new StoredQueue(row))) ?? []
  }

  static #of(body: QueueBody): QueueBucket {
    const bucket = new QueueBucket()
    for (const row of body.queues) bucket.#addQueue(queueOfRow(row))
    bucket.more = body.more ?? 0
    for (const [node, starts] of body.starts ?? []) bucket.#remember(node, starts)
    return bucket
  }

  #addQueue(queue: QueueFigures): void {
    const id = JSON.stringify([queue.driver, queue.name, queue.place])
    const known = this.queues.get(id)
    if (known) this.queues.set(id, merged(known, queue))
    else if (this.queues.size < MAX_QUEUES_OF_BUCKET) this.queues.set(id, queue)
    else this.#addMore(id)
  }

  #addMore(id: string): void {
    if (this.queues.has(id)) return
    this.#more.add(id)
    this.more = Math.max(this.more, this.#more.size)
  }

  #remember(node: string, starts: readonly number[]): void {
    this.#starts.set(node, [...(this.#starts.get(node) ?? []), ...starts].slice(-MAX_STARTS))
  }
}

function figuresOf(queue: RecordedQueue, ms: number): QueueFigures {
  const { name, driver, place, server, metrics, oldestMs, throughput } = queue
  const backlog = backlogOf(metrics)
  const values = { ...metrics, oldestMs, in: throughput?.in ?? null, out: throughput?.out ?? null, backlog }
  const figures: Partial<Record<QueueFigure, MeanAndMax>> = {}
  for (const figure of QUEUE_FIGURES) {
    const value = values[figure]
    if (value !== null) figures[figure] = { mean: value, max: value }
  }
  return { name, driver, place, server, ms, figures }
}

/** Means by their time. A restarted server has another identity: the last one counts. */
function merged(one: QueueFigures, other: QueueFigures): QueueFigures {
  const figures: Partial<Record<QueueFigure, MeanAndMax>> = {}
  const ms = one.ms + other.ms
  for (const figure of QUEUE_FIGURES) {
    const [a, b] = [one.figures[figure], other.figures[figure]]
    const known = a ?? b
    if (!known) continue
    const mean = a && b && ms > 0 ? (a.mean * one.ms + b.mean * other.ms) / ms : known.mean
    figures[figure] = { mean, max: Math.max(a?.max ?? known.max, b?.max ?? known.max) }
  }
  return { ...one, server: other.server ?? one.server, ms, figures }
}

function rowOf({ name, driver, place, server, ms, figures }: QueueFigures): QueueRow {
  const rows = QUEUE_FIGURES.map((figure) => {
    const known = figures[figure]
    return known ? ([rounded(known.mean), rounded(known.max)] as const) : 0
  })
  return [name, driver, place, server, Math.round(ms), rows]
}

function queueOfRow([name, driver, place, server, ms, rows]: QueueRow): QueueFigures {
  const figures: Partial<Record<QueueFigure, MeanAndMax>> = {}
  for (const [index, row] of rows.entries()) {
    const figure = QUEUE_FIGURES[index]
    if (row !== 0 && figure) figures[figure] = { mean: row[0], max: row[1] }
  }
  return { name, driver, place, server, ms, figures }
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000
}
