import type { ControlStore } from '../../../ports/index.js'
import { MAX_MESSAGE_CHARS, MAX_RECORD_CHARS } from '../../../protocol/index.js'
import { cut, type Fields, own, readObject, readText } from '../../../protocol/read.js'
import { inspectDocuments, parseDocuments } from '../../store/documents.js'
import { PENDING, UNKNOWN, WorkList, type WorkPart } from './work-list.js'

/** A block is a part of an operation's list of jobs: a document that is written once, and a second one with the jobs' results. */
const MAX_IN_BLOCK = 1_000
/** Ids may be long: keeps a block far below the limit of a document, and the list small for a store. */
const MAX_BLOCK_CHARS = 262_144
const MAX_LIST_CHARS = 16 * 1_048_576
/** More than an operation records. */
const MAX_REASONS = 100

/** Consecutive jobs of one queue. */
export interface Block {
  readonly part: WorkPart
  readonly from: number
  readonly to: number
}

/** @returns null when the list would be too large */
export function blocksOf(parts: readonly WorkPart[]): Block[] | null {
  const blocks: Block[] = []
  let total = 0
  for (const part of parts) {
    for (let from = 0; from < part.ids.length; ) {
      const [to, chars] = endOf(part.ids, from)
      // A single id may exceed the limit of a document.
      total += chars > MAX_RECORD_CHARS / 2 ? Number.POSITIVE_INFINITY : chars
      blocks.push({ part, from, to })
      from = to
    }
  }
  return total > MAX_LIST_CHARS ? null : blocks
}

function endOf(ids: readonly string[], from: number): [to: number, chars: number] {
  let chars = 0
  for (let to = from; to < Math.min(ids.length, from + MAX_IN_BLOCK); to++) {
    const more = JSON.stringify(ids[to]).length
    if (to > from && chars + more > MAX_BLOCK_CHARS) return [to, chars]
    chars += more
  }
  return [Math.min(ids.length, from + MAX_IN_BLOCK), chars]
}

const kindOf = (operation: string) => `bulk:${operation}`
const jobsOf = (number: number) => `jobs-${number}`
const fatesOf = (number: number) => `fates-${number}`

/** Rejects when the store fails. */
export async function putJobs(store: ControlStore, operation: string, blocks: readonly Block[]): Promise<void> {
  for (const [number, { part, from, to }] of blocks.entries()) {
    const { key, names = [key] } = part.queue
    const document = { queue: key, names, ids: part.ids.slice(from, to), marks: part.marks.slice(from, to) }
    await store.putDocument(kindOf(operation), jobsOf(number), JSON.stringify(document))
  }
}

/** Writes the results of one block. Rejects when the store fails. */
export async function putFates(
  store: ControlStore,
  operation: string,
  number: number,
  fates: readonly number[],
  reasons: readonly string[],
): Promise<void> {
  await store.putDocument(kindOf(operation), fatesOf(number), JSON.stringify({ fates, reasons }))
}

/** Rejects when the store does not answer. */
export async function deleteJobs(store: ControlStore, operation: string, blocks: number): Promise<void> {
  for (let number = 0; number < blocks; number++) {
    await store.deleteDocument(kindOf(operation), jobsOf(number))
    await store.deleteDocument(kindOf(operation), fatesOf(number))
  }
}

/** A queue as the Zenith that listed its jobs knew it. */
export interface StoredQueue {
  readonly key: string
  /** Its names for every Zenith, whatever address it is connected by. */
  readonly names: readonly string[]
}

/** An operation's jobs and results, as stored. */
export interface StoredJobs {
  /** By number. */
  readonly reasons: readonly string[]
  readonly parts: readonly WorkPart<StoredQueue>[]
}

/**
 * Rejects when the store does not answer.
 *
 * @returns null when some are missing or unreadable
 */
export async function loadJobs(store: ControlStore, operation: string, blocks: number): Promise<StoredJobs | null> {
  const ids = Array.from({ length: blocks }, (_, number) => [jobsOf(number), fatesOf(number)]).flat()
  const listing = await inspectDocuments(store, kindOf(operation), ids)
  // An untrusted document says nothing of the results.
  if (listing.untrusted.size + listing.leftOut > 0) return null
  const { parsed: documents } = await parseDocuments(listing.documents, readObject)
  const parts = Array.from({ length: blocks }, (_, number) => blockFrom(documents, number))
  const whole = parts.filter((part) => part !== null)
  if (whole.length < parts.length || blocks === 0) return null
  // Reasons are only ever appended: the document that was written last has all of them.
  const longest = whole.reduce(
    (best: readonly string[], { reasons }) => (reasons.length > best.length ? reasons : best),
    [],
  )
  return { reasons: longest.length > 0 ? longest : [UNKNOWN], parts: whole }
}

/** @param queueOf a queue by its key */
export function workOf<Q extends { readonly key: string }>(
  { reasons, parts }: StoredJobs,
  queueOf: (key: string) => Q,
): WorkList<Q> {
  const work = new WorkList<Q>(reasons)
  for (const part of parts) work.restore({ ...part, queue: queueOf(part.queue.key) })
  return work
}

function blockFrom(documents: ReadonlyMap<string, Fields>, number: number) {
  const jobs = documents.get(jobsOf(number))
  const queue = jobs && readText(jobs, 'queue', MAX_RECORD_CHARS)
  if (!jobs || !queue) return null
  const fates = documents.get(fatesOf(number)) ?? {}
  return {
    queue: { key: queue, names: listOf(own(jobs, 'names')).map(String) },
    ids: listOf(own(jobs, 'ids')).map(String),
    marks: listOf(own(jobs, 'marks')).map((mark) => (typeof mark === 'number' ? mark : null)),
    fates: listOf(own(fates, 'fates')).map((fate) => (typeof fate === 'number' ? fate : PENDING)),
    reasons: listOf(own(fates, 'reasons'))
      .slice(0, MAX_REASONS)
      .map((reason) => cut(String(reason), MAX_MESSAGE_CHARS)),
  }
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}
