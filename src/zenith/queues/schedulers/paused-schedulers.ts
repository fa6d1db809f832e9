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

/** Longer than any change takes: a Zenith that is killed meanwhile is in the way for so long, ms. */
const CHANGE_MS = 60_000
/** One change waits for another for so long, ms. */
const WAIT_MS = 5_000
const ASK_EVERY_MS = 50

/** A scheduler that was taken out of its queue to be paused, and all that it takes to put it back. */
export interface PausedScheduler {
  /** Key of the queue. */
  readonly queue: string
  readonly definition: SchedulerDefinition
  /** Whether the definition was edited since: then it is put back as the snapshot has it, and edited there. */
  readonly isEdited: boolean
  /** Whether it is known what its jobs are. */
  readonly hasTemplate: boolean
  /** As its source stored it, for the source to put it back; null where only its definition is kept. */
  readonly snapshot: SchedulerSnapshot | null
  /** How often it had run, and when last. */
  readonly runs: number | null
  readonly last: number | null
  readonly pausedBy: string | null
  readonly pausedAt: number
}

/** What is kept of schedulers, as far as it was read. */
export interface PausedSchedulerListing {
  /** By {@link keyOf}. */
  readonly all: ReadonlyMap<string, PausedScheduler>
  /** What is not signed as it should be: it is none of {@link all}. */
  readonly untrusted: readonly UntrustedDocument[]
  /** How many documents are more, or larger, than is read. */
  readonly leftOut: number
}

/** The paused schedulers of systems that have no pause. Rejects with a `ApiError` when the store does not answer. */
export class PausedSchedulers {
  readonly #documents: ChunkedDocuments | null
  readonly #leases: Leases | null

  /** @param store null where the store keeps nothing */
  constructor(store: ControlStore | null) {
    this.#documents = store && new ChunkedDocuments(store, KIND)
    this.#leases = store
  }

  get isAvailable(): boolean {
    return this.#documents !== null
  }

  /** Of all Zeniths of the store one changes a scheduler at a time: each keeps and forgets what the others would put back. */
  async withLease<T>(queue: string, id: string, work: () => Promise<T>): Promise<T> {
    const lease = `scheduler:${keyOf(queue, id)}`
    const holder = randomUUID()
    await this.#acquire(lease, holder)
    try {
      return await work()
    } finally {
      // It runs out by itself.
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

  /** All of them. What can't be understood is left where it is. */
  async list(): Promise<PausedSchedulerListing> {
    const listing = await callStore(() => this.#documents?.list())
    if (!listing) return { all: new Map(), untrusted: [], leftOut: 0 }
    const { parsed, leftOut } = await parseDocuments(listing.documents, parse)
    return { all: parsed, untrusted: untrustedDocuments(KIND, listing), leftOut: listing.leftOut + leftOut }
  }

  /** Null where it is not kept. Rejects with a `ApiError`, too, when what is kept can't be read. */
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

/** @param queue its key, which holds no slash */
export function keyOf(queue: string, id: string): string {
  return `${queue}/${encodeSegment(id)}`
}

/** The payload stands in it once. */
function documentOf(paused: PausedScheduler): string {
  const { definition, snapshot } = paused
  const isTwice = snapshot !== null && snapshot.data === definition.data
  return JSON.stringify(isTwice ? { ...paused, definition: { ...definition, data: undefined } } : paused)
}

/** What it takes to put a scheduler back. */
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

/** Nothing of it is cut: it is put back as it was. */
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
