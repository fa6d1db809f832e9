import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import type { NewAuditEntry } from '../../ports/index.js'
import type { DocumentChange } from '../../protocol/audit.js'
import {
  type AuditChain,
  type AuditEntry,
  type Keys,
  MAX_AUDIT_ENTRIES,
  parseAuditEntry,
} from '../../protocol/index.js'
import { MAX_TRAIL_BYTES } from '../../protocol/read-limits.js'
import type { Connection } from '../../redis/connection.js'
import type { RedisError } from '../../redis/errors.js'
import { asEntries, asText } from '../../redis/replies.js'
import { ask, send } from '../../redis/send.js'
import type { Signer } from '../../signing/signer.js'
import type { Verifier } from '../../signing/verifier.js'
import { digestOf, hashOf, type KnownLine, NO_HASH, newestOf } from '../audit/line.js'
import { boundedLimit, boundedLine } from '../limits.js'
import { idAfter, laterId, newestId } from './stream-ids.js'
import { lineTextOf, newestEntries } from './trail-entries.js'
import { TrailReader } from './trail-reader.js'

/** Most unreadable lines to skip, per line of a page. */
const MAX_SKIPPED = 10
/** How long an append is retried while other Zeniths write, ms. */
const RETRY_MS = 30_000
/** Longest random pause before a retry, ms: without it, a Zenith that writes line after line would always win. */
const MAX_PAUSE_MS = 5
/** Most lines of other Zeniths to read before the whole trail is read again. */
const SLICE = 500

export interface AuditTrailOptions {
  readonly connection: Connection
  readonly keys: Keys
  readonly signer: Signer
  /** Null: no token is set. */
  readonly verifier: Verifier | null
}

/** Documents whose changes are recorded, and so signed, in the trail. */
export interface AuditedDocuments {
  /** Changes that are not in the trail yet. */
  pendingChanges(): readonly DocumentChange[]
  /** Called when these changes are in the trail. */
  markRecorded(changes: readonly DocumentChange[]): void
  /** Called with the changes in the trail that was read, oldest first. */
  applyRecorded(changes: readonly DocumentChange[]): void
}

/**
 * The audit trail: a stream whose lines each have the hash of the line before. The id of a line follows from the id of the line before,
 * and Redis accepts an id once only: of several Zeniths that append at the same moment one succeeds, and the others append after it. It
 * uses no script or transaction: an ACL may deny them, and the connection may be shared with the app.
 */
export class AuditTrail {
  readonly #connection: Connection
  readonly #keys: Keys
  readonly #signer: Signer
  readonly #verifier: Verifier | null
  readonly #reader: TrailReader
  /** The line that the next one follows; null when the trail must be read first. */
  #last: KnownLine | null = null
  #writing: Promise<unknown> = Promise.resolve()

  #documents: AuditedDocuments | null = null

  constructor({ connection, keys, signer, verifier }: AuditTrailOptions) {
    this.#connection = connection
    this.#keys = keys
    this.#signer = signer
    this.#verifier = verifier
    this.#reader = new TrailReader(connection, keys, verifier, (changes) => this.#documents?.applyRecorded(changes))
  }

  recordChangesOf(documents: AuditedDocuments): void {
    this.#documents = documents
  }

  /** Reads the trail, unless it was read before, for the changes of documents in it. Rejects when Redis does not answer. */
  async ensureRead(): Promise<void> {
    if (!this.#reader.hasRead) await this.#reader.readTrail()
  }

  /** The number of the newest known line; 0 without one. */
  get number(): number {
    return this.#reader.seen?.number ?? 0
  }

  /** @returns its id. Rejects when Redis refuses it. */
  append(entry: NewAuditEntry): Promise<string> {
    const line = boundedLine(entry)
    const appended = this.#writing.then(() => this.#append(line))
    this.#writing = appended.catch(() => {})
    return appended
  }

  async #append(line: NewAuditEntry): Promise<string> {
    const { audit } = this.#keys
    let tried: string | null = null
    const end = performance.now() + RETRY_MS
    for (let tries = 0; performance.now() < end; tries++) {
      if (tries > 1) await pause(Math.random() * MAX_PAUSE_MS)
      const last = this.#last ?? (await this.#findEnd())
      // The id is used although the line before is the newest: a newer line was deleted, and Redis never reuses ids.
      const id = idAfter(last.id)
      const next = id === tried ? laterId(last.id, tries) : id
      const documents = this.#documents?.pendingChanges() ?? []
      const recorded = documents.length > 0 ? { documents } : {}
      const text = JSON.stringify({ ...line, number: last.number + 1, previous: last.hash, ...recorded })
      const data = this.#signer.json(audit, text)
      const [reply] = await send(this.#connection, [
        ['xadd', audit, 'MAXLEN', '~', MAX_AUDIT_ENTRIES, next, 'data', data],
      ])
      if (!reply?.error) {
        this.#documents?.markRecorded(documents)
        return this.#confirm({ id: asText(reply?.value) ?? next, number: last.number + 1, hash: hashOf(data) })
      }
      this.#last = null
      if (!isTaken(reply.error)) throw reply.error
      tried = id
      await this.#follow(last)
    }
    throw new Error('Others write to the audit trail all the time')
  }

  async #confirm(line: KnownLine): Promise<string> {
    this.#last = line
    this.#reader.noteLine(line)
    await this.writeHead(line, 1)
    return line.id
  }

  /** Redis refuses a head older than the current one. A failure is ignored: the next line writes a new head. */
  async writeHead({ id, number, hash }: KnownLine, revision: number): Promise<void> {
    const { auditHead } = this.#keys
    const data = this.#signer.json(auditHead, JSON.stringify({ number, hash, id }))
    await send(this.#connection, [['xadd', auditHead, 'MAXLEN', '=', 1, `${number}-${revision}`, 'data', data]])
  }

  /** Signs the head with the current token: it vouches for all lines that an older token signed. */
  async renew(): Promise<void> {
    const { head, text } = await this.#reader.readHead()
    if (!head || text === null) return
    const renewed = this.#signer.json(
      this.#keys.auditHead,
      JSON.stringify({ number: head.number, hash: head.hash, id: head.id }),
    )
    if (renewed !== text) await this.writeHead(head, 2)
  }

  /** Finds the end of the chain: the newest line that is, or was, in it. */
  async #findEnd(): Promise<KnownLine> {
    const { trail, lastId, head } = await this.#reader.readTrail()
    const { chain, former } = trail
    const known = [newestOf(chain), head, this.#reader.seen].filter((one) => one !== null)
    const start = { number: former.length, hash: former.length > 0 ? digestOf(former) : NO_HASH, id: '0-0' }
    // Lines without a place count only before the chain: afterwards an attacker may have added any number.
    const newest = newestOf<KnownLine>(known) ?? start
    const id = newestId([lastId ?? '0-0', ...known.map((one) => one.id)])
    return { number: newest.number, hash: newest.hash, id }
  }

  /** Reads only the lines that other Zeniths have appended. */
  async #follow(from: KnownLine): Promise<void> {
    const command = ['xrange', this.#keys.audit, `(${from.id}`, '+', 'COUNT', SLICE] as const
    const entries = asEntries(await ask(this.#connection, command))
    if (entries.length === 0 || entries.length === SLICE) return
    let last = from
    for (const line of entries.map((entry) => this.#reader.read(entry))) {
      const isOwn = line.number !== null && (this.#verifier === null || line.trust === 'signed')
      const isNext = isOwn && line.number === last.number + 1 && line.previous === last.hash
      // Lines are missing between: the whole trail must be read.
      if (isOwn && !isNext && (line.number ?? 0) > last.number) return
      last = isNext ? { id: line.id, number: last.number + 1, hash: line.hash } : { ...last, id: line.id }
    }
    this.#last = last
    if (last.number > from.number) this.#reader.noteLine(last)
  }

  /** Newest first. Rejects when Redis does not answer. */
  async page(before: string | null, limit: number): Promise<readonly AuditEntry[]> {
    if (this.#verifier && before === null && limit > 0) await this.#reader.readTrail()
    const most = boundedLimit(limit)
    const lines: AuditEntry[] = []
    const part = { before: isId(before) ? before : null, most: MAX_SKIPPED * most, mostBytes: MAX_TRAIL_BYTES }
    for await (const entry of newestEntries(this.#connection, this.#keys.audit, part)) {
      const line = this.#entryOf(entry.id, lineTextOf(entry))
      if (line) lines.push(line)
      if (lines.length >= most) break
    }
    return lines
  }

  chain(): Promise<AuditChain> {
    return this.#reader.chain()
  }

  #entryOf(id: string, data: string | null): AuditEntry | null {
    const entry = parseAuditEntry(data, id)
    if (!entry || !this.#verifier) return entry
    return { ...entry, trust: this.#reader.trustOf(id) ?? this.#verifier.json(this.#keys.audit, data ?? '') }
  }
}

function isTaken({ message }: RedisError): boolean {
  return /equal or smaller/.test(message)
}

function isId(text: string | null): text is string {
  return text !== null && /^\d+-\d+$/.test(text)
}
