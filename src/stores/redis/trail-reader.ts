import type { DocumentChange } from '../../protocol/audit.js'
import { type AuditChain, type AuditTrust, type Keys, MAX_AUDIT_ENTRIES, type Trust } from '../../protocol/index.js'
import { own, readCount, readObject } from '../../protocol/read.js'
import { MAX_TRAIL_BYTES } from '../../protocol/read-limits.js'
import type { Connection } from '../../redis/connection.js'
import { asEntries, asText, type StreamEntry } from '../../redis/replies.js'
import { ask, send } from '../../redis/send.js'
import type { Verifier } from '../../signing/verifier.js'
import type { Expected } from '../audit/breaks.js'
import { chainOf } from '../audit/chain.js'
import { type JudgedTrail, judge } from '../audit/judge.js'
import { type KnownLine, newestOf, readLine, type TrailLine } from '../audit/line.js'
import { lineTextOf, newestEntries } from './trail-entries.js'

/** Redis trims by whole nodes of a stream, and so leaves a few more lines than the limit. */
const MAX_LINES = MAX_AUDIT_ENTRIES + 5_000
/** Lines that are trimmed during a read look missing: then the trail is read again, this often at most. */
const MAX_READS = 3

/** The result of one read of the whole trail. */
export interface TrailRead {
  readonly trail: JudgedTrail
  readonly expected: Expected
  /** Id of the newest entry of any kind. */
  readonly lastId: string | null
  readonly head: KnownLine | null
}

/** Reads and verifies the whole trail. */
export class TrailReader {
  readonly #connection: Connection
  readonly #keys: Keys
  readonly #verifier: Verifier | null
  /** The newest line that this process wrote or read. */
  #seen: KnownLine | null = null
  #trust: ReadonlyMap<string, AuditTrust> = new Map()
  #reading: Promise<TrailRead> | null = null
  #hasRead = false
  readonly #onChanges: (changes: readonly DocumentChange[]) => void

  /** @param onChanges receives the changes of documents in Zenith's lines, oldest first */
  constructor(
    connection: Connection,
    keys: Keys,
    verifier: Verifier | null,
    onChanges: (changes: readonly DocumentChange[]) => void,
  ) {
    this.#onChanges = onChanges
    this.#connection = connection
    this.#keys = keys
    this.#verifier = verifier
  }

  get seen(): KnownLine | null {
    return this.#seen
  }

  get hasRead(): boolean {
    return this.#hasRead
  }

  /** As of the last read. */
  trustOf(id: string): AuditTrust | undefined {
    return this.#trust.get(id)
  }

  /** Remembers a line, to detect later that it is missing. */
  noteLine(line: KnownLine): void {
    if (line.number >= (this.#seen?.number ?? 0)) this.#seen = line
  }

  /** Simultaneous callers share one read. Rejects when Redis does not answer. */
  readTrail(): Promise<TrailRead> {
    this.#reading ??= this.#readStable().finally(() => {
      this.#reading = null
    })
    return this.#reading
  }

  async chain(): Promise<AuditChain> {
    const { trail, expected } = await this.readTrail()
    return chainOf(trail, expected, this.#verifier !== null, 0)
  }

  read(entry: StreamEntry): TrailLine {
    const text = lineTextOf(entry)
    return readLine(
      entry.id,
      text,
      this.#verifier && (text === null ? 'unsigned' : this.#verifier.json(this.#keys.audit, text)),
    )
  }

  async #readStable(): Promise<TrailRead> {
    for (let reads = 1; ; reads++) {
      const read = await this.#readOnce()
      const { breaks } = chainOf(read.trail, read.expected, false, 0)
      if (reads === MAX_READS || !breaks.some(({ kind }) => kind === 'start')) return read
    }
  }

  async #readOnce(): Promise<TrailRead> {
    // In this order, so that the trail is never older than what it is checked against.
    const seen = this.#seen
    const { head, trust } = await this.readHead()
    const { lines, isPartial } = await this.#readAll()
    const trail = judge(lines, { signs: this.#verifier !== null, head, seen, isPartial })
    this.#trust = trail.trust
    this.#onChanges(trail.chain.flatMap(({ documents }) => documents))
    this.#hasRead = true
    const last = newestOf(trail.chain)
    if (last) this.noteLine(last)
    const known = [head, seen].filter((one) => one !== null)
    // While nothing is signed, an unsigned head is fine.
    const isUnsigned = trust === 'unsigned' && seen === null && !lines.some((line) => line.trust === 'signed')
    const state = trust === null ? 'missing' : trust === 'signed' || isUnsigned ? 'well' : 'untrusted'
    const expected: Expected = { total: lines.length, isPartial, known, head: state }
    return { trail, expected, lastId: lines.at(-1)?.id ?? null, head }
  }

  /** The record of the trail's end; null if it is missing or its signature is invalid. */
  async readHead(): Promise<{ head: KnownLine | null; trust: Trust | null; text: string | null }> {
    const { auditHead } = this.#keys
    const [reply] = await send(this.#connection, [['xrevrange', auditHead, '+', '-', 'COUNT', 1]])
    // A key of another type in its place must not hide the lines.
    if (reply?.error?.code === 'WRONGTYPE') return { head: null, trust: 'forged', text: null }
    if (reply?.error) throw reply.error
    const [entry] = asEntries(reply?.value)
    if (!entry) return { head: null, trust: null, text: null }
    const text = asText(entry.fields.data)
    const head = parseHead(text)
    if (!head || text === null) return { head: null, trust: 'forged', text }
    const trust = this.#verifier?.json(auditHead, text) ?? 'signed'
    return { head: trust === 'signed' ? head : null, trust, text }
  }

  async #readAll(): Promise<{ lines: TrailLine[]; isPartial: boolean }> {
    const newestFirst: TrailLine[] = []
    const part = { before: null, most: MAX_LINES, mostBytes: MAX_TRAIL_BYTES }
    for await (const entry of newestEntries(this.#connection, this.#keys.audit, part))
      newestFirst.push(this.read(entry))
    const oldest = newestFirst.at(-1)
    const isPartial = oldest !== undefined && (await this.#hasBefore(oldest.id))
    return { lines: newestFirst.reverse(), isPartial }
  }

  async #hasBefore(id: string): Promise<boolean> {
    const command = ['xrevrange', this.#keys.audit, `(${id}`, '-', 'COUNT', 1] as const
    return asEntries(await ask(this.#connection, command)).length > 0
  }
}

function parseHead(text: string | null): KnownLine | null {
  const fields = readObject(text)
  const [id, hash] = fields ? [own(fields, 'id'), own(fields, 'hash')] : []
  const number = fields && readCount(fields, 'number')
  if (!number || typeof id !== 'string' || !/^\d{1,19}-\d{1,19}$/.test(id)) return null
  return typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash) ? { id, number, hash } : null
}
