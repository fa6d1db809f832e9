import { randomUUID } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { UntrustedDocument } from '../../../api/audit.js'
import type { ControlStore, Leases } from '../../../ports/index.js'
import {
  encodeSegment,
  MAX_NAME_CHARS,
  type SchedulerDefinition,
  type SchedulerEntry,
  type SchedulerSnapshot,
} from '../../../protocol/index.js'
import { type Fields, fieldsOf, own, readAmount, readObject, readText } from '../../../protocol/read.js'
import { ApiError } from '../../http/api-error.js'
import { callStore } from '../../store/call-store.js'
import { parseDocuments, untrustedDocuments } from '../../store/documents.js'
import { ChunkedDocuments, MAX_DOCUMENT_CHARS } from './chunked-documents.js'

const KIND = 'scheduler'

/** Longer than any change takes, ms; the lease of a killed Zenith blocks others for this long. */
const CHANGE_MS = 60_000
/** Time-out of waiting for another change, ms. */
const WAIT_MS = 5_000
const ASK_EVERY_MS = 50

/** A scheduler that was removed from its queue to pause it, and everything needed to restore it. */
export interface PausedScheduler {
  /** Key of the queue. */
  readonly queue: string
  readonly definition: SchedulerDefinition
  /** Whether the definition was edited since: then the snapshot is restored first, and edited in the queue. */
  readonly isEdited: boolean
  /** Whether its template is known. */
  readonly hasTemplate: boolean
  /** The source's snapshot, from which it can restore the scheduler; null if only the definition is stored. */
  readonly snapshot: SchedulerSnapshot | null
  /** How often it ran, and when it last ran. */
  readonly runs: number | null
  readonly last: number | null
  readonly pausedBy: string | null
  readonly pausedAt: number
}

/** The stored schedulers, as far as they were read. */
export interface PausedSchedulerListing {
  /** By {@link keyOf}. */
  readonly all: ReadonlyMap<string, PausedScheduler>
  /** Documents without a valid signature; not in {@link all}. */
  readonly untrusted: readonly UntrustedDocument[]
  /** Number of documents that are not read because they are too many or too large. */
  readonly leftOut: number
}

/** Paused schedulers of systems that have no pause. Rejects with an `ApiError` if the store does not answer. */
export class PausedSchedulers {
  readonly #documents: ChunkedDocuments | null
  readonly #leases: Leases | null

  /** @param store null if there is no control store */
  constructor(store: ControlStore | null) {
    this.#documents = store && new ChunkedDocuments(store, KIND)
    this.#leases = store
  }

  get isAvailable(): boolean {
    return this.#documents !== null
  }

  /** Only one Zenith of a store changes a scheduler at a time: each stores and deletes what the others would restore. */
  async withLease<T>(queue: string, id: string, work: () => Promise<T>): Promise<T> {
    const lease = `scheduler:${keyOf(queue, id)}`
    const holder = randomUUID()
    await this.#acquire(lease, holder)
    try {
      return await work()
    } finally {
      // The lease expires anyway.
      await this.#leases?.releaseLease(lease, holder).catch(() => {})
    }
  }

  async #acquire(lease: string, holder: string): Promise<void> {
    const until = performance.now() + WAIT_MS
    for (;;) {
      const current = await callStore(() => this.#leases?.acquireLease(lease, holder, CHANGE_MS))
      if (current === undefined || current === holder) return
      if (performance.now() > until) throw new ApiError('not_possible', 'Another request is changing it. Try again.')
      await sleep(ASK_EVERY_MS)
    }
  }

  async put(paused: PausedScheduler): Promise<void> {
    const document = documentOf(paused)
    if (document.length > MAX_DOCUMENT_CHARS) {
      throw new ApiError('not_possible', `It can’t be kept: it has more than ${MAX_DOCUMENT_CHARS} characters.`)
    }
    await callStore(() => this.#documents?.put(keyOf(paused.queue, paused.definition.id), document))
  }

  /** Lists all. Unreadable documents are left untouched. */
  async list(): Promise<PausedSchedulerListing> {
    const listing = await callStore(() => this.#documents?.list())
    if (!listing) return { all: new Map(), untrusted: [], leftOut: 0 }
    const { parsed, leftOut } = await parseDocuments(listing.documents, parse)
    return { all: parsed, untrusted: untrustedDocuments(KIND, listing), leftOut: listing.leftOut + leftOut }
  }

  /** Null if it is not stored. Rejects with an `ApiError` also if the document cannot be read. */
  async find(queue: string, id: string): Promise<PausedScheduler | null> {
    const key = keyOf(queue, id)
    const document = await callStore(() => this.#documents?.get(key))
    if (document === undefined) return null
    return (await parseDocuments(new Map([[key, document]]), parse)).parsed.get(key) ?? null
  }

  async delete(queue: string, id: string): Promise<void> {
    await callStore(() => this.#documents?.delete(keyOf(queue, id)))
  }
}

/** @param queue its key, which contains no slash */
export function keyOf(queue: string, id: string): string {
  return `${queue}/${encodeSegment(id)}`
}

/** Stores the payload only once. */
function documentOf(paused: PausedScheduler): string {
  const { definition, snapshot } = paused
  const isTwice = snapshot !== null && snapshot.data === definition.data
  return JSON.stringify(isTwice ? { ...paused, definition: { ...definition, data: undefined } } : paused)
}

/** The definition to restore a scheduler from. */
export function definitionOf(entry: SchedulerEntry): SchedulerDefinition {
  const { id, name, cron, every, timezone, limit, from, until, data, options } = entry
  return { id, name, cron, every, timezone, limit, from, until, data: data ?? '{}', options: options ?? {} }
}

function parse(document: string): PausedScheduler | null {
  const fields = readObject(document, MAX_DOCUMENT_CHARS)
  const snapshot = fields && parseSnapshot(fieldsOf(own(fields, 'snapshot')))
  const definition = fields && parseDefinition(fieldsOf(own(fields, 'definition')), snapshot)
  const queue = fields && own(fields, 'queue')
  if (!definition || typeof queue !== 'string') return null
  return {
    queue,
    definition,
    snapshot,
    isEdited: own(fields, 'isEdited') === true,
    hasTemplate: own(fields, 'hasTemplate') === true,
    runs: readAmount(fields, 'runs'),
    last: readAmount(fields, 'last'),
    pausedBy: readText(fields, 'pausedBy', MAX_NAME_CHARS),
    pausedAt: readAmount(fields, 'pausedAt') ?? 0,
  }
}

function parseSnapshot(fields: Fields | null): SchedulerSnapshot | null {
  const data = fields && own(fields, 'data')
  return fields && (typeof data === 'string' || data === null) ? { ...fields, data } : null
}

/** Cuts nothing: the scheduler must be restored unchanged. */
function parseDefinition(fields: Fields | null, snapshot: SchedulerSnapshot | null): SchedulerDefinition | null {
  if (!fields) return null
  const text = (key: string) => {
    const value = own(fields, key)
    return typeof value === 'string' ? value : null
  }
  const [id, name] = [text('id'), text('name')]
  if (id === null || name === null) return null
  return {
    id,
    name,
    cron: text('cron'),
    every: readAmount(fields, 'every'),
    timezone: text('timezone'),
    limit: readAmount(fields, 'limit'),
    from: readAmount(fields, 'from'),
    until: readAmount(fields, 'until'),
    data: text('data') ?? snapshot?.data ?? '{}',
    options: fieldsOf(own(fields, 'options')) ?? {},
  }
}
