import type { BulkOperation, BulkReason } from '../../../api/bulk.js'
import type { ControlStore } from '../../../ports/index.js'
import { inspectDocuments, parseDocuments } from '../../store/documents.js'
import type { Queues } from '../queues.js'
import { leaseOf } from './locks.js'
import { ENDED } from './operation.js'
import { type OperationRecord, parseOperationRecord } from './operation-record.js'
import { UNKNOWN } from './work-list.js'

const KIND = 'bulk'
/** A Zenith of an earlier version that has not said for so long that an operation goes on has ended, ms. */
const SILENT_MS = 20_000
export const MAX_OPERATIONS = 20
export const RETENTION_MS = 24 * 60 * 60_000

/** How far an operation is, for the other Zeniths. */
export type OperationUpdate = Pick<OperationRecord, 'operation' | 'going' | 'blocks'>

/** What was told of an operation, and whether this Zenith told it. */
export type StoredOperation = OperationRecord & { readonly isOwn: boolean }

/** What the Zeniths of a store tell each other of their bulk operations. */
export class OperationStore {
  readonly #store: ControlStore | null
  readonly #now: () => number
  readonly #zenith: string

  /** @param zenith names this one */
  constructor({ store, now }: Pick<Queues, 'store' | 'now'>, zenith: string) {
    this.#store = store
    this.#now = now
    this.#zenith = zenith
  }

  /** Rejects when the store does not take it. */
  async put({ operation, going, blocks }: OperationUpdate): Promise<void> {
    const kept: OperationRecord = {
      zenith: this.#zenith,
      at: this.#now(),
      operation: briefly(operation),
      going,
      blocks,
    }
    await this.#store?.putDocument(KIND, operation.id, JSON.stringify(kept))
  }

  /** Those of all Zeniths; what nobody goes on with is interrupted. Rejects when the store does not answer. */
  async list(): Promise<{ readonly operations: readonly StoredOperation[]; readonly leftOut: number }> {
    const { told, leftOut } = await this.#readAll()
    return { operations: await this.#allPresent(told), leftOut }
  }

  /** As it is now, whoever ran it. Rejects, too, when what was told of it can't be read. */
  async find(id: string): Promise<StoredOperation | null> {
    const told = await this.read(id)
    return told && this.#present(told)
  }

  /** Those of which the store still says that they run, and whose Zenith has ended. Rejects when the store does not answer. */
  async orphaned(): Promise<OperationRecord[]> {
    const { told } = await this.#readAll()
    const present = await this.#allPresent(told)
    return present.filter(({ operation: { id, phase } }) => {
      const last = told.get(id)
      return phase === 'interrupted' && last?.operation.phase === 'running' && last.going !== null
    })
  }

  /** What was told of it last, whether its Zenith is there or not. Rejects, too, when that can't be read. */
  async read(id: string): Promise<OperationRecord | null> {
    const documents = (await this.#store?.listDocuments(KIND, [id])) ?? new Map<string, string>()
    const own = new Map([...documents].filter(([one]) => one === id))
    const kept = (await parseDocuments(own, parseOperationRecord)).parsed.get(id)
    return kept?.operation.id === id ? kept : null
  }

  /** Whether what was told last of an operation was told by this Zenith, or nothing was. */
  async isOwn(id: string): Promise<boolean> {
    const kept = await this.read(id)
    return kept === null || kept.zenith === this.#zenith
  }

  /** Rejects when the store does not answer. */
  async delete(id: string): Promise<void> {
    await this.#store?.deleteDocument(KIND, id)
  }

  /** Forgets the oldest of what has ended, whoever ran it. Rejects when the store does not answer. */
  async prune(deleteJobs: (id: string, blocks: number) => Promise<void>): Promise<void> {
    const { told } = await this.#readAll()
    const ended = (await this.#allPresent(told)).filter(({ operation }) => ENDED.includes(operation.phase))
    const newestFirst = ended.sort((a, b) => b.at - a.at)
    const oldest = this.#now() - RETENTION_MS
    const old = newestFirst.filter(({ at }, index) => index >= MAX_OPERATIONS || at < oldest)
    for (const { operation, blocks } of old) {
      await deleteJobs(operation.id, blocks)
      await this.delete(operation.id)
    }
  }

  #allPresent(told: ReadonlyMap<string, OperationRecord>): Promise<StoredOperation[]> {
    return Promise.all([...told.values()].map((kept) => this.#present(kept)))
  }

  async #readAll(): Promise<{ told: ReadonlyMap<string, OperationRecord>; leftOut: number }> {
    if (!this.#store) return { told: new Map(), leftOut: 0 }
    const look = await inspectDocuments(this.#store, KIND)
    const { parsed, leftOut } = await parseDocuments(look.documents, parseOperationRecord)
    // Under another id than its own it is none of Zenith's.
    const told = new Map([...parsed].filter(([id, { operation }]) => operation.id === id))
    return { told, leftOut: look.leftOut + leftOut }
  }

  async #present(kept: OperationRecord): Promise<StoredOperation> {
    const isOwn = kept.zenith === this.#zenith
    if (kept.operation.phase !== 'running' || (await this.#goesOn(kept))) return { ...kept, isOwn }
    return { ...kept, operation: interrupted(kept), going: 0, isOwn }
  }

  /** Whether the Zenith that runs it is there: by a lease, for the clocks of two Zeniths may be hours apart. */
  async #goesOn({ operation, at, going }: OperationRecord): Promise<boolean> {
    if (going === null) return this.#now() - at < SILENT_MS
    return (await this.#store?.leaseHolder(leaseOf(operation.id))) != null
  }
}

/** The ids may be many, and the list of jobs has them. */
function briefly(operation: BulkOperation): BulkOperation {
  const { selection } = operation
  return { ...operation, selection: { ...selection, ids: selection.ids?.slice(0, 100) ?? null } }
}

const ITS_ZENITH_ENDED = 'The Zenith that ran it ended before it was done.'
const NOT_DONE = 'Not done: the Zenith that ran it ended.'

/**
 * An operation that nobody goes on with, as far as its Zenith told: what it was about to do may be done or not, and of what an
 * earlier version did not tell nothing is known at all.
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
