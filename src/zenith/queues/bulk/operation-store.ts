import type { BulkOperation, BulkReason } from '../../../api/bulk.js'
import type { ControlStore } from '../../../ports/index.js'
import { inspectDocuments, parseDocuments } from '../../store/documents.js'
import type { Queues } from '../queues.js'
import { deleteJobs } from './blocks.js'
import { leaseOf } from './locks.js'
import { type OperationRecord, parseOperationRecord } from './operation-record.js'
import { ifUnchanged } from './unchanged.js'
import { UNKNOWN } from './work-list.js'

const KIND = 'bulk'
/** An earlier version holds no lease: after this silence, ms, its operation counts as orphaned. */
const SILENT_MS = 20_000
export const MAX_OPERATIONS = 20
export const RETENTION_MS = 24 * 60 * 60_000
/** Most jobs in the stored lists of operations that no Zenith works on and that need no resumption, some 20 MB. */
const MAX_STORED_JOBS = 300_000
export const NO_ROOM = 'It was not started, and its list of jobs went to make room for newer ones.'

/** The progress of an operation, for the other Zeniths. */
export type OperationUpdate = Pick<OperationRecord, 'operation' | 'going' | 'blocks'>

/** An operation's record, and whether this Zenith wrote it. */
export type StoredOperation = OperationRecord & { readonly isOwn: boolean }

/** Records of bulk operations, which all Zeniths of a store share. */
export class OperationStore {
  readonly #store: ControlStore | null
  readonly #now: () => number
  readonly #zenith: string

  /** @param zenith identifies this Zenith */
  constructor({ store, now }: Pick<Queues, 'store' | 'now'>, zenith: string) {
    this.#store = store
    this.#now = now
    this.#zenith = zenith
  }

  /** Rejects when the store fails. */
  async put({ operation, going, blocks }: OperationUpdate): Promise<void> {
    const record: OperationRecord = {
      zenith: this.#zenith,
      at: this.#now(),
      operation: briefly(operation),
      going,
      blocks,
    }
    await this.#store?.putDocument(KIND, operation.id, JSON.stringify(record))
  }

  /** The operations of all Zeniths; orphaned ones are interrupted. Rejects when the store does not answer. */
  async list(): Promise<{ readonly operations: readonly StoredOperation[]; readonly leftOut: number }> {
    const { records, leftOut } = await this.#readAll()
    return { operations: await this.#resolveAll(records), leftOut }
  }

  /** Resolves to null when there is none. Rejects, too, when the record cannot be read. */
  async find(id: string): Promise<StoredOperation | null> {
    const record = await this.read(id)
    return record && this.#resolve(record)
  }

  /** Running operations whose Zenith has ended. Rejects when the store does not answer. */
  async orphaned(): Promise<OperationRecord[]> {
    const { records } = await this.#readAll()
    const present = await this.#resolveAll(records)
    return present.filter(({ operation: { id, phase } }) => {
      const last = records.get(id)
      return phase === 'interrupted' && last?.operation.phase === 'running' && last.going !== null
    })
  }

  /** The record as it was last written, orphaned or not. Rejects, too, when it cannot be read. */
  async read(id: string): Promise<OperationRecord | null> {
    const documents = (await this.#store?.listDocuments(KIND, [id])) ?? new Map<string, string>()
    const own = new Map([...documents].filter(([one]) => one === id))
    const record = (await parseDocuments(own, parseOperationRecord)).parsed.get(id)
    return record?.operation.id === id ? record : null
  }

  /** Whether this Zenith wrote the record last, or there is none. */
  async isOwn(id: string): Promise<boolean> {
    const record = await this.read(id)
    return record === null || record.zenith === this.#zenith
  }

  /** The same, and it is there. */
  async hasOwn(id: string): Promise<boolean> {
    return (await this.read(id))?.zenith === this.#zenith
  }

  /** Rejects when the store does not answer. */
  async delete(id: string): Promise<void> {
    await this.#store?.deleteDocument(KIND, id)
  }

  /** Deletes old operations on which no Zenith works, and the oldest surplus lists of jobs. Rejects when the store does not answer. */
  async prune(): Promise<void> {
    const { records } = await this.#readAll()
    const idle = (await this.#resolveAll(records)).filter(({ operation }) => !isGoing(operation))
    const newestFirst = idle.sort((a, b) => b.at - a.at)
    const oldest = this.#now() - RETENTION_MS
    let jobs = 0
    for (const [index, resolved] of newestFirst.entries()) {
      const record = records.get(resolved.operation.id)
      const { operation, at, blocks } = resolved
      if (!record || !this.#store) continue
      if (index >= MAX_OPERATIONS || at < oldest) await this.#ifUnchanged(record, () => this.#forget(record))
      else if (blocks > 0 && !operation.resumable) {
        jobs += operation.eligible
        if (jobs > MAX_STORED_JOBS) await this.#ifUnchanged(record, () => this.#shorten(record))
      }
    }
  }

  async #ifUnchanged(record: OperationRecord, work: () => Promise<void>): Promise<void> {
    if (this.#store) await ifUnchanged(record, { store: this.#store, operations: this }, work)
  }

  async #forget({ operation: { id }, blocks }: OperationRecord): Promise<void> {
    if (this.#store) await deleteJobs(this.#store, id, blocks)
    await this.delete(id)
  }

  /** Deletes its list of jobs; without one it can't be started. */
  async #shorten({ operation, blocks }: OperationRecord): Promise<void> {
    const isReady = operation.phase === 'ready'
    const after = isReady
      ? ({ ...operation, phase: 'cancelled', endedAt: this.#now(), error: NO_ROOM } as const)
      : operation
    await this.put({ operation: after, going: 0, blocks: 0 })
    if (this.#store) await deleteJobs(this.#store, operation.id, blocks)
  }

  #resolveAll(records: ReadonlyMap<string, OperationRecord>): Promise<StoredOperation[]> {
    return Promise.all([...records.values()].map((record) => this.#resolve(record)))
  }

  async #readAll(): Promise<{ records: ReadonlyMap<string, OperationRecord>; leftOut: number }> {
    if (!this.#store) return { records: new Map(), leftOut: 0 }
    const listing = await inspectDocuments(this.#store, KIND)
    const { parsed, leftOut } = await parseDocuments(listing.documents, parseOperationRecord)
    // Zenith never writes a record under another id than its own.
    const records = new Map([...parsed].filter(([id, { operation }]) => operation.id === id))
    return { records, leftOut: listing.leftOut + leftOut }
  }

  async #resolve(record: OperationRecord): Promise<StoredOperation> {
    const isOwn = record.zenith === this.#zenith
    if (!isGoing(record.operation) || (await this.#isHeld(record))) return { ...record, isOwn }
    const operation = record.operation.phase === 'counting' ? uncounted(record) : interrupted(record)
    return { ...record, operation, going: 0, isOwn }
  }

  /** Decided by a lease, because the clocks of two Zeniths may be hours apart. */
  async #isHeld({ operation, at, going }: OperationRecord): Promise<boolean> {
    if (going === null) return this.#now() - at < SILENT_MS
    return (await this.#store?.leaseHolder(leaseOf(operation.id))) != null
  }
}

/** There may be many ids, and the list of jobs has them. */
function briefly(operation: BulkOperation): BulkOperation {
  const { selection } = operation
  return { ...operation, selection: { ...selection, ids: selection.ids?.slice(0, 100) ?? null } }
}

function isGoing({ phase }: BulkOperation): boolean {
  return phase === 'running' || phase === 'counting'
}

/** A dry run whose Zenith ended: nothing was changed. */
function uncounted({ operation, at }: OperationRecord): BulkOperation {
  return { ...operation, phase: 'interrupted', endedAt: at, error: 'The Zenith that counted its jobs ended.' }
}

const ITS_ZENITH_ENDED = 'The Zenith that ran it ended before it was done.'
const NOT_DONE = 'Not done: the Zenith that ran it ended.'

/**
 * An orphaned operation. The jobs of its last call may be done or not; of an earlier version, which does not record the call, nothing
 * is known of all the rest.
 */
function interrupted({ operation, going, at, blocks }: OperationRecord): BulkOperation {
  const { eligible, succeeded, skipped } = operation
  const rest = Math.max(0, eligible - succeeded - skipped.reduce((sum, { count }) => sum + count, 0))
  const unknown = Math.min(going ?? rest, rest)
  return {
    ...operation,
    phase: 'interrupted',
    endedAt: at,
    error: ITS_ZENITH_ENDED,
    skipped: withMore(withMore(skipped, UNKNOWN, unknown), NOT_DONE, rest - unknown),
    unknown: operation.unknown + unknown,
    resumable: blocks > 0,
  }
}

function withMore(reasons: readonly BulkReason[], reason: string, count: number): BulkReason[] {
  const known = reasons.find((one) => one.reason === reason)?.count ?? 0
  const others = reasons.filter((one) => one.reason !== reason)
  const all = known + count > 0 ? [...others, { reason, count: known + count }] : others
  return all.sort((a, b) => b.count - a.count)
}
