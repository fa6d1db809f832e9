import { BoundedMap } from '../../lib/bounded-map.js'
import type { DocumentListing, DocumentStore } from '../../ports/index.js'
import { type DocumentChange, MAX_DOCUMENT_CHANGES } from '../../protocol/audit.js'
import { type DocumentDoubt, type Keys, MAX_KEPT_DOCUMENTS, MAX_KEY_CHARS } from '../../protocol/index.js'
import { MAX_DOCUMENT_BYTES, MAX_DOCUMENTS_BYTES } from '../../protocol/read-limits.js'
import type { Connection } from '../../redis/connection.js'
import { asNumber, asText } from '../../redis/replies.js'
import { ask, send } from '../../redis/send.js'
import type { Signer } from '../../signing/signer.js'
import type { Verifier } from '../../signing/verifier.js'
import { checkDocument, tooManyDocuments, unreadDocument } from '../limits.js'
import type { AuditedDocuments } from './audit-trail.js'
import { eachField, type HashBounds } from './hash-fields.js'
import { type OpenedDocument, openDocument, sealDocument } from './sealed-document.js'
import { SharedRead } from './shared-read.js'

/** Most documents whose version is remembered. */
const MAX_VERSIONS = 20_000
/** Versions per line of the audit trail: versions that follow one line are lower than those that follow the next. */
const VERSIONS_PER_LINE = 1_000_000

/** Limits of one read of a kind. The longest id is a queue's key, a scheduler's id encoded like one, and a part's number. */
export const DOCUMENT_BOUNDS: HashBounds = {
  maxFields: MAX_KEPT_DOCUMENTS,
  maxName: 2 * MAX_KEY_CHARS + 100,
  maxBytes: MAX_DOCUMENT_BYTES,
  totalBytes: MAX_DOCUMENTS_BYTES,
  loadingMs: 4_000,
}
/** For iterating over a kind with only a few documents in memory at once. */
export const ALL_DOCUMENTS: HashBounds = {
  ...DOCUMENT_BOUNDS,
  totalBytes: Number.POSITIVE_INFINITY,
  loadingMs: Number.POSITIVE_INFINITY,
}
/** Most kinds whose ids are remembered. Each bulk operation has a kind of its own. */
const MAX_KINDS = 10

/** The kind whose changes are recorded in the audit trail: a paused scheduler that is resumed adds jobs to a queue. */
export const AUDITED_KIND = 'scheduler'
const MAX_AUDITED_ID_CHARS = 4_096
const MAX_PENDING = 1_000

interface Version {
  readonly version: number
  readonly isGone: boolean
}

export interface DocumentsOptions {
  readonly connection: Connection
  readonly keys: Keys
  readonly signer: Signer
  /** Null when no token is set: every document is trusted. */
  readonly verifier: Verifier | null
  /**
   * The number of the newest known line of the audit trail. It grows with each action of any Zenith, whatever their clocks show, so that
   * a document that is put again has a higher version than the one that was deleted.
   */
  readonly lineNumber: () => number
}

/** Small documents in a hash per kind, signed if there is a token. */
export class Documents implements Omit<DocumentStore, 'migrate'>, AuditedDocuments {
  readonly #options: DocumentsOptions
  /** Changes that are not in the audit trail yet, by id. */
  readonly #pending = new Map<string, DocumentChange>()
  /** By key and id, in the order of their last change. */
  readonly #versions = new Map<string, Version>()
  /** Known ids of trusted documents, by key. */
  readonly #seen = new BoundedMap<string, Set<string>>(MAX_KINDS)
  readonly #reads = new Map<string, SharedRead<DocumentListing>>()

  constructor(options: DocumentsOptions) {
    this.#options = options
  }

  async putDocument(kind: string, id: string, document: string): Promise<void> {
    checkDocument(document)
    const { connection, keys, verifier } = this.#options
    const key = keys.kept(kind)
    const version = verifier ? await this.#nextVersion(key, id) : 0
    const [kept, count] = await send(connection, [
      ['hset', key, id, this.#seal(key, id, { version, document })],
      ['hlen', key],
    ])
    const error = kept?.error ?? count?.error
    if (error) throw error
    this.#noteChange(kind, id, { version, isGone: false })
    this.#seenOf(key).add(id)
    if (asNumber(kept?.value) !== 1 || (asNumber(count?.value) ?? 0) <= MAX_KEPT_DOCUMENTS) return
    await ask(connection, ['hdel', key, id])
    throw tooManyDocuments(kind, MAX_KEPT_DOCUMENTS)
  }

  async listDocuments(kind: string, ids?: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (!ids) return (await this.inspectDocuments(kind)).documents
    const { documents, leftOut } = await this.inspectDocuments(kind, ids)
    if (leftOut > 0) throw unreadDocument(kind)
    return documents
  }

  /** Simultaneous reads of a kind share one or two, which bounds the memory. */
  inspectDocuments(kind: string, ids?: readonly string[]): Promise<DocumentListing> {
    if (ids) return this.#read(kind, ids)
    const read = this.#reads.get(kind) ?? new SharedRead(() => this.#read(kind))
    this.#reads.set(kind, read)
    return read.ask().finally(() => {
      if (read.isIdle) this.#reads.delete(kind)
    })
  }

  async deleteDocument(kind: string, id: string): Promise<boolean> {
    const { connection, keys } = this.#options
    const key = keys.kept(kind)
    const wasThere = (asNumber(await ask(connection, ['hdel', key, id])) ?? 0) > 0
    const known = this.#versions.get(nameOf(key, id))
    if (known) this.#noteChange(kind, id, { ...known, isGone: true })
    return wasThere
  }

  pendingChanges(): readonly DocumentChange[] {
    return [...this.#pending.values()].slice(0, MAX_DOCUMENT_CHANGES)
  }

  markRecorded(changes: readonly DocumentChange[]): void {
    for (const change of changes) if (this.#pending.get(change.id) === change) this.#pending.delete(change.id)
  }

  /** Ignores changes that are older than what is known. */
  applyRecorded(changes: readonly DocumentChange[]): void {
    const key = this.#options.keys.kept(AUDITED_KIND)
    for (const { id, version, isGone } of changes) {
      const known = this.#versions.get(nameOf(key, id))
      const isNews = !known || version > known.version || (version === known.version && isGone && !known.isGone)
      if (isNews) this.#remember(key, id, { version, isGone })
    }
  }

  #noteChange(kind: string, id: string, version: Version): void {
    this.#remember(this.#options.keys.kept(kind), id, version)
    if (!this.#options.verifier || kind !== AUDITED_KIND || id.length > MAX_AUDITED_ID_CHARS) return
    this.#pending.delete(id)
    this.#pending.set(id, { id, ...version })
    const [oldest] = this.#pending.keys()
    if (this.#pending.size > MAX_PENDING && oldest !== undefined) this.#pending.delete(oldest)
  }

  /** Signs all documents of a kind with the current token, where an older one signed them. @returns the ids of the trusted documents */
  async renew(kind: string): Promise<readonly string[]> {
    const { connection, keys } = this.#options
    const key = keys.kept(kind)
    const all: string[] = []
    const old: string[] = []
    await eachField(connection, key, { bounds: ALL_DOCUMENTS, known: [], others: true }, (id, text) => {
      const found = this.#judge(key, id, text ?? '')
      if (found.doubt !== null) return
      all.push(id)
      if (this.#seal(key, id, found) !== text) old.push(id)
    })
    for (const id of old) {
      const found = this.#judge(key, id, asText(await ask(connection, ['hget', key, id])) ?? '')
      if (found.doubt === null) await this.putDocument(kind, id, found.document)
    }
    return all
  }

  #seal(key: string, id: string, { version, document }: Pick<OpenedDocument, 'version' | 'document'>): string {
    return sealDocument(this.#options.signer, key, id, version, document)
  }

  async #read(kind: string, ids?: readonly string[]): Promise<DocumentListing> {
    const { connection, keys, verifier } = this.#options
    const key = keys.kept(kind)
    const before = new Map(verifier ? this.#existing(key) : [])
    const documents = new Map<string, string>()
    const untrusted = new Map<string, DocumentDoubt>()
    const known = ids ?? [...before.keys(), ...(this.#seen.get(key) ?? [])].slice(-MAX_KEPT_DOCUMENTS)
    const query = { bounds: DOCUMENT_BOUNDS, known, others: ids === undefined }
    const leftOut = await eachField(connection, key, query, (id, text) => {
      if (text === null) return this.#noteRemoved(key, id, before.get(id))
      const { document, doubt } = this.#judge(key, id, text)
      if (doubt === null) documents.set(id, document)
      else untrusted.set(id, doubt)
    })
    if (!ids) this.#noteSeen(key, documents, untrusted)
    return { documents, untrusted, leftOut }
  }

  /** Adds to the known ids: if there are too many documents, each read finds others. */
  #noteSeen(key: string, documents: DocumentListing['documents'], untrusted: DocumentListing['untrusted']): void {
    const seen = this.#seenOf(key)
    for (const id of untrusted.keys()) seen.delete(id)
    for (const id of documents.keys()) if (seen.size < MAX_KEPT_DOCUMENTS) seen.add(id)
  }

  #seenOf(key: string): Set<string> {
    const seen = this.#seen.get(key) ?? new Set()
    this.#seen.set(key, seen)
    return seen
  }

  /** Another Zenith deleted it, unless it changed here meanwhile. */
  #noteRemoved(key: string, id: string, version: Version | undefined): void {
    this.#seen.get(key)?.delete(id)
    if (version && this.#versions.get(nameOf(key, id)) === version)
      this.#remember(key, id, { ...version, isGone: true })
  }

  #judge(key: string, id: string, text: string) {
    const { document, version, trust } = openDocument(this.#options.verifier, key, id, text)
    return { document, version, doubt: trust === null ? null : this.#doubtOf(key, id, version, trust) }
  }

  #doubtOf(key: string, id: string, version: number, trust: DocumentDoubt | 'signed'): DocumentDoubt | null {
    if (trust !== 'signed') return trust
    const known = this.#versions.get(nameOf(key, id))
    if (known && (version < known.version || (known.isGone && version === known.version))) return 'replayed'
    if (known?.version !== version) this.#remember(key, id, { version, isGone: false })
    return null
  }

  async #nextVersion(key: string, id: string): Promise<number> {
    const { connection, verifier, lineNumber } = this.#options
    const text = asText(await ask(connection, ['hget', key, id]))
    const there = text === null ? null : openDocument(verifier, key, id, text)
    const known = this.#versions.get(nameOf(key, id))?.version ?? 0
    return Math.max(known, there?.trust === 'signed' ? there.version : 0, lineNumber() * VERSIONS_PER_LINE) + 1
  }

  /** Documents of a key that existed at the last read. */
  #existing(key: string): [id: string, version: Version][] {
    const start = nameOf(key, '')
    return [...this.#versions].flatMap(([name, version]) =>
      name.startsWith(start) && !version.isGone ? [[name.slice(start.length), version] as [string, Version]] : [],
    )
  }

  #remember(key: string, id: string, version: Version): void {
    if (!this.#options.verifier) return
    const name = nameOf(key, id)
    this.#versions.delete(name)
    this.#versions.set(name, version)
    const [oldest] = this.#versions.keys()
    if (this.#versions.size > MAX_VERSIONS && oldest !== undefined) this.#versions.delete(oldest)
  }
}

function nameOf(key: string, id: string): string {
  return `${key}\n${id}`
}
