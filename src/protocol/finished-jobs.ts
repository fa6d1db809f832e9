import {
  MAX_FINISHED_JOBS,
  MAX_ID_CHARS,
  MAX_JOB_ERROR_CHARS,
  MAX_NAME_CHARS,
  MAX_RECORD_CHARS,
  MAX_TIME,
  PROTOCOL_VERSION,
} from './limits.js'
import { QUEUE_DRIVERS, type QueueDriver } from './queues.js'
import { cut, type Fields, own, readCount, readList, readObject, readText, readTime } from './read.js'

/** `retried`: the attempt failed and the queue was to try again. */
export const FINISHED_OUTCOMES = ['completed', 'failed', 'retried'] as const
export type FinishedOutcome = (typeof FINISHED_OUTCOMES)[number]

/** What identifies a queue: see `queueKeyOf`. */
export interface FinishedQueue {
  readonly name: string
  readonly driver: QueueDriver
  readonly place: string | null
  readonly server: string | null
}

/** One finished attempt. Times are Unix ms. */
export interface FinishedJob {
  /** Index in the record's `queues`. */
  readonly queue: number
  readonly id: string
  readonly name: string
  readonly outcome: FinishedOutcome
  /** 1 for the first; null if unknown. */
  readonly attempt: number | null
  addedAt: number | null
  startedAt: number | null
  finishedAt: number
  /** ms before the first attempt. */
  readonly waitMs: number | null
  /** ms; null for what never ran. */
  readonly runMs: number | null
  /** Message of the failure. */
  readonly error: string | null
  /** Index of its payload in the sealed block, see `parsePayloads`; null without a block. */
  readonly payload: number | null
}

/** The payloads of all jobs of a record, sealed: see `src/signing/seal.ts`. */
export interface SealedPayloads {
  readonly bytes: Uint8Array
  readonly context: string
}

/**
 * Attempts that finished at one node, by the fields `data` or `deflate` and `sealed` of an entry of `jobs:{service}`. A node and a `seq`
 * identify it.
 */
export interface FinishedJobs {
  readonly v: typeof PROTOCOL_VERSION
  readonly node: string
  /** Counts the node's records, from 1. */
  readonly seq: number
  /** The span in which the attempts finished, Unix ms. */
  from: number
  to: number
  readonly queues: readonly FinishedQueue[]
  readonly jobs: readonly FinishedJob[]
  /** Attempts that finished before these, since the node's previous record, and are in none. */
  readonly left: number
  readonly payloads: SealedPayloads | null
}

/** What the payloads of a record are sealed for: they can't be opened as those of any other. */
export function payloadContext(service: string, node: string, seq: number): string {
  return JSON.stringify([service, node, seq])
}

/**
 * Encodes the JSON text of a record. A job's end is in ms after `from`, its start in ms before that, and when it was added in ms before its
 * start (or before its end, if it has no start): small numbers. Jobs that do not fit into a record are left out and counted.
 *
 * @param shift correction of all times, ms; null when they are by the node's own clock: see `readClockAhead`
 */
export function encodeFinishedJobs(record: FinishedJobs, shift: number | null = null): string {
  const { v, node, seq, queues } = record
  const [from, to] = [record.from, record.to].map((time) => Math.max(0, time + (shift ?? 0)))
  let tuples = record.jobs.map((job) => tupleOf(job, record.from))
  while (true) {
    const left = record.left + record.jobs.length - tuples.length
    const clock = shift === null ? {} : { clockAhead: 0 - shift }
    const text = JSON.stringify({ v, node, seq, from, to, ...clock, queues, jobs: tuples, ...(left > 0 && { left }) })
    if (text.length <= MAX_RECORD_CHARS) return text
    tuples = tuples.slice(0, Math.floor(tuples.length / 2))
  }
}

function tupleOf(job: FinishedJob, from: number): unknown[] {
  const { queue, id, name, outcome, attempt, addedAt, startedAt, finishedAt, waitMs, runMs, error } = job
  const added = addedAt === null ? null : (startedAt ?? finishedAt) - addedAt
  const started = startedAt === null ? null : finishedAt - startedAt
  return [queue, id, name, outcome, attempt, added, started, finishedAt - from, waitMs, runMs, error]
}

/** The sealed payloads of an entry, and the service that it is of. */
export interface SealedEntry {
  readonly service: string
  /** The field `sealed`: Base64. */
  readonly sealed?: unknown
}

/** @returns null when the text is not such a record; unreadable jobs are left out */
export function parseFinishedJobs(text: unknown, entry: SealedEntry | null = null): FinishedJobs | null {
  const fields = readObject(text)
  return fields && finishedJobsOfFields(fields, entry)
}

/** Like {@link parseFinishedJobs}, for parsed JSON. */
export function finishedJobsOfFields(fields: Fields, entry: SealedEntry | null = null): FinishedJobs | null {
  const node = readText(fields, 'node', MAX_NAME_CHARS)
  const seq = readCount(fields, 'seq')
  const from = readTime(fields, 'from')
  const to = readTime(fields, 'to')
  const tuples = own(fields, 'jobs')
  if (!node || seq === null || from === null || to === null || to < from || !Array.isArray(tuples)) return null
  const queues = readFinishedQueues(fields)
  if (!queues) return null
  const payloads = sealedOf(entry, node, seq)
  const read = tuples.slice(0, MAX_FINISHED_JOBS)
  const span = { from, to, queues: queues.length }
  const jobs = read.flatMap((tuple, index) => readJob(tuple, span, payloads ? index : null) ?? [])
  const left = (readCount(fields, 'left') ?? 0) + tuples.length - read.length
  return { v: PROTOCOL_VERSION, node, seq, from, to, queues, jobs, left, payloads }
}

/** Null if one of them is unreadable: jobs name them by their number. */
function readFinishedQueues(fields: Fields): FinishedQueue[] | null {
  const list = own(fields, 'queues')
  const read = readList(fields, 'queues', MAX_FINISHED_JOBS).flatMap((queue) => readFinishedQueue(queue) ?? [])
  return Array.isArray(list) && list.length === read.length ? read : null
}

function readFinishedQueue(fields: Fields): FinishedQueue | null {
  const name = own(fields, 'name')
  if (typeof name !== 'string' || name === '' || name.length > MAX_ID_CHARS) return null
  const driver = QUEUE_DRIVERS.find((known) => known === own(fields, 'driver')) ?? 'other'
  const place = readText(fields, 'place', MAX_NAME_CHARS)
  return { name, driver, place, server: readText(fields, 'server', MAX_NAME_CHARS) }
}

function readJob(
  tuple: unknown,
  { from, to, queues }: { readonly from: number; readonly to: number; readonly queues: number },
  payload: number | null,
): FinishedJob | null {
  if (!Array.isArray(tuple)) return null
  const [queue, id, name, outcome, attempt, added, started, finished, wait, run, error] = tuple as unknown[]
  if (!isIndex(queue, queues) || !isId(id) || typeof name !== 'string' || !isOutcome(outcome)) return null
  const finishedAt = timeOf(from, finished) ?? Math.round(to)
  const startedAt = timeOf(finishedAt, minus(started))
  return {
    queue,
    id,
    name: cut(name, MAX_NAME_CHARS),
    outcome,
    attempt: Number.isSafeInteger(attempt) && (attempt as number) > 0 ? (attempt as number) : null,
    addedAt: timeOf(startedAt ?? finishedAt, minus(added)),
    startedAt,
    finishedAt,
    waitMs: amountOf(wait),
    runMs: amountOf(run),
    error: typeof error === 'string' ? cut(error, MAX_JOB_ERROR_CHARS) : null,
    payload,
  }
}

function isIndex(value: unknown, count: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < count
}

/** An id is an address: one that is too long is not cut. */
function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_ID_CHARS
}

function isOutcome(value: unknown): value is FinishedOutcome {
  return FINISHED_OUTCOMES.some((outcome) => outcome === value)
}

function minus(ms: unknown): number | null {
  return typeof ms === 'number' ? 0 - ms : null
}

/** @param ms after another time */
function timeOf(other: number, ms: unknown): number | null {
  const time = typeof ms === 'number' ? Math.round(other + ms) : Number.NaN
  return time >= 0 && time <= MAX_TIME ? time : null
}

function amountOf(value: unknown): number | null {
  return typeof value === 'number' && value >= 0 && value <= MAX_TIME ? value + 0 : null
}

const BASE64 = /^[\w+/]+={0,2}$/

function sealedOf(entry: SealedEntry | null, node: string, seq: number): SealedPayloads | null {
  const { service = '', sealed } = entry ?? {}
  if (typeof sealed !== 'string' || sealed.length > MAX_RECORD_CHARS || !BASE64.test(sealed)) return null
  return { bytes: Buffer.from(sealed, 'base64'), context: payloadContext(service, node, seq) }
}
