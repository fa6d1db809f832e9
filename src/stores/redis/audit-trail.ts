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

/** Lines that can't be read are passed over, at most so many for each that a page may have. */
const MAX_SKIPPED = 10
/** Of several Zeniths that write at the same moment one is first; the others try again, for so long, ms. */
const RETRY_MS = 30_000
/** One that writes line after line would be the first each time, if the others went on in step with it. Up to so long, ms. */
const MAX_PAUSE_MS = 5
/** How many lines of others are read to go on after them. */
const SLICE = 500

export interface AuditTrailOptions {
  readonly connection: Connection
  readonly keys: Keys
  readonly signer: Signer
  /** Null: no token is set. */
  readonly verifier: Verifier | null
}

/** The documents whose changes are signed along in the trail. */
export interface AuditedDocuments {
  /** Those that changed since a line was written last. */
  pendingChanges(): readonly DocumentChange[]
  /** They are in the trail. */
  markRecorded(changes: readonly DocumentChange[]): void
  /** They are in the trail that was read, the oldest first. */
  applyRecorded(changes: readonly DocumentChange[]): void
}

/**
 * The audit trail: a stream whose lines each have the hash of the one before. The id of a line follows from that of the line before, and
 * Redis takes no id twice: so of several Zeniths that write at the same moment one gets the place, and the others go on after it. No
 * script or transaction is used: an ACL may deny them, and a connection may be shared with the app.
 */
export class AuditTrail {
  readonly #connection: Connection
  readonly #keys: Keys
  readonly #signer: Signer
  readonly #verifier: Verifier | null
  readonly #reader: TrailReader
  /** What the next line follows; null when that is to be read first. */
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

  /** Reads the trail, unless it was read before: what it tells of documents is known then. Rejects when Redis does not answer. */
  async ensureRead(): Promise<void> {
    if (!this.#reader.hasRead) await this.#reader.readTrail()
  }

  /** The number of the newest line that is known here; 0 when none is. */
  get number(): number {
    return this.#reader.seen?.number ?? 0
  }

  /** @returns its id. Rejects when Redis does not take it. */
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
      // The place is taken although the line before is the newest: the newest was deleted, and its id stays used.
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

  /** Redis takes none that is older than what it has. That it is not written is no failure: the next line writes another. */
  async writeHead({ id, number, hash }: KnownLine, revision: number): Promise<void> {
    const { auditHead } = this.#keys
    const data = this.#signer.json(auditHead, JSON.stringify({ number, hash, id }))
    await send(this.#connection, [['xadd', auditHead, 'MAXLEN', '=', 1, `${number}-${revision}`, 'data', data]])
  }

  /** Signs the record of the end with the token that signs now: it stands for all lines that another one signed. */
  async renew(): Promise<void> {
    const { head, text } = await this.#reader.readHead()
    if (!head || text === null) return
    const renewed = this.#signer.json(
      this.#keys.auditHead,
      JSON.stringify({ number: head.number, hash: head.hash, id: head.id }),
    )
    if (renewed !== text) await this.writeHead(head, 2)
  }

  /** Where the chain goes on: after the newest line that is, or was, in it. */
  async #findEnd(): Promise<KnownLine> {
    const { trail, lastId, head } = await this.#reader.readTrail()
    const { chain, former } = trail
    const known = [newestOf(chain), head, this.#reader.seen].filter((one) => one !== null)
    const start = { number: former.length, hash: former.length > 0 ? digestOf(former) : NO_HASH, id: '0-0' }
    // Lines without a place count for the chain's beginning alone: later anybody may have put any number of them there.
    const newest = newestOf<KnownLine>(known) ?? start
    const id = newestId([lastId ?? '0-0', ...known.map((one) => one.id)])
    return { number: newest.number, hash: newest.hash, id }
  }

  /** After others have written: reads no more than that. */
  async #follow(from: KnownLine): Promise<void> {
    const command = ['xrange', this.#keys.audit, `(${from.id}`, '+', 'COUNT', SLICE] as const
    const entries = asEntries(await ask(this.#connection, command))
    if (entries.length === 0 || entries.length === SLICE) return
    let last = from
    for (const line of entries.map((entry) => this.#reader.read(entry))) {
      const isOwn = line.number !== null && (this.#verifier === null || line.trust === 'signed')
      const isNext = isOwn && line.number === last.number + 1 && line.previous === last.hash
      // Another Zenith knows of lines that are missing here.
      if (isOwn && !isNext && (line.number ?? 0) > last.number) return
      last = isNext ? { id: line.id, number: last.number + 1, hash: line.hash } : { ...last, id: line.id }
    }
    this.#last = last
    if (last.number > from.number) this.#reader.noteLine(last)
  }

  /** The newest first. Rejects when Redis does not answer. */
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
