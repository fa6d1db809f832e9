import { randomUUID } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import type { Leases } from '../../ports/index.js'
import { parseAuditLink } from '../../protocol/audit.js'
import { own, readObject } from '../../protocol/read.js'
import { asEntries, asNumber, asText } from '../../redis/replies.js'
import { ask, send } from '../../redis/send.js'
import type { AuditTrail, AuditTrailOptions } from './audit-trail.js'
import type { Documents } from './documents.js'
import { copyLegacyTrail, lastCopied } from './legacy-audit.js'
import { KINDS, migrateDocuments, skipForeign } from './legacy-documents.js'

export interface MigrationOptions extends AuditTrailOptions {
  /** Whether there are two tokens: what the old one signed is signed with the new one. */
  readonly isRotating: boolean
  /** Redis' clock, Unix ms; this machine's where TIME is denied. */
  readonly now: () => Promise<number>
}

const LEASE = 'move'
/** How long a Zenith that ends during the migration blocks the next one, ms. */
const LEASE_MS = 30_000
/** How long other Zeniths wait for it, ms. */
const WAIT_MS = 40_000
const ASK_EVERY_MS = 100
/** Counts no further. */
const MAX_LEFT_BEHIND = 1_000

/**
 * Migrates Zenith's data of earlier versions from keys that reporters may write to keys that only Zenith writes. Runs once per namespace:
 * what appears at the old keys later may come from anyone, and is left there.
 */
export class Migration {
  readonly #options: MigrationOptions
  readonly #trail: AuditTrail
  readonly #documents: Documents
  readonly #leases: Leases
  #running: Promise<void> | null = null
  #isDone = false
  /** Id of the last line that was migrated. */
  #lastId: string | null = null

  constructor(options: MigrationOptions, trail: AuditTrail, documents: Documents, leases: Leases) {
    this.#options = options
    this.#trail = trail
    this.#documents = documents
    this.#leases = leases
  }

  /** Rejects when it is not done and cannot be done now. */
  run(): Promise<void> {
    if (this.#isDone) return Promise.resolve()
    this.#running ??= this.#runOnce().finally(() => {
      this.#running = null
    })
    return this.#running
  }

  /** Waits for a running migration, before a read. Never rejects. */
  async settled(): Promise<void> {
    await this.#running?.catch(() => {})
  }

  /** Number of lines at the old key that appeared after the migration. Never rejects. */
  async leftBehind(): Promise<number> {
    const { connection, keys } = this.#options
    // Another Zenith may have migrated.
    if (this.#lastId === null) await this.#isMarked().catch(() => {})
    const from = this.#lastId === null ? '-' : `(${this.#lastId}`
    const [reply] = await send(connection, [['xrange', keys.former.audit, from, '+', 'COUNT', MAX_LEFT_BEHIND]])
    return asEntries(reply?.value).length
  }

  async #runOnce(): Promise<void> {
    if (!(await this.#isMarked())) await ((await this.#hasNothing()) ? this.#mark('NX') : this.#migrateUnderLease())
    this.#isDone = true
    if (this.#options.isRotating) await this.#resign().catch(() => {})
  }

  async #isMarked(): Promise<boolean> {
    const { connection, keys } = this.#options
    const marker = asText(await ask(connection, ['get', keys.moved]))
    if (marker === null) return false
    const lastId = own(readObject(marker) ?? {}, 'lastId')
    this.#lastId = typeof lastId === 'string' && /^\d+-\d+$/.test(lastId) ? lastId : null
    return true
  }

  /** Most installations never had an earlier version: those need no lease, and wait for no other Zenith. */
  async #hasNothing(): Promise<boolean> {
    const { connection, keys } = this.#options
    const kinds = KINDS.map((kind) => ['hlen', keys.former.kept(kind)] as const)
    const [lines, ...counts] = await send(connection, [
      ['xrevrange', keys.former.audit, '+', '-', 'COUNT', 1],
      ...kinds,
    ])
    if (!lines || lines.error || asEntries(lines.value).length > 0) return false
    return counts.every(({ error, value }) => !error && asNumber(value) === 0)
  }

  async #migrateUnderLease(): Promise<void> {
    const holder = randomUUID()
    const end = performance.now() + WAIT_MS
    while ((await this.#leases.acquireLease(LEASE, holder, LEASE_MS)) !== holder) {
      if (performance.now() > end) throw new Error('Another Zenith is moving what earlier versions kept')
      await pause(ASK_EVERY_MS)
      if (await this.#isMarked()) return
    }
    try {
      if (!(await this.#isMarked())) await this.#migrate(() => this.#renewLease(holder))
    } finally {
      await this.#leases.releaseLease(LEASE, holder).catch(() => {})
    }
  }

  async #renewLease(holder: string): Promise<void> {
    if ((await this.#leases.acquireLease(LEASE, holder, LEASE_MS)) === holder) return
    throw new Error('Another Zenith moves what earlier versions kept')
  }

  /**
   * Copies, records the migration in the trail, deletes the originals and marks it as done, in this order, so that an interrupted
   * migration continues. Once it is recorded, nothing more is copied.
   */
  async #migrate(renew: () => Promise<void>): Promise<void> {
    const { connection, keys } = this.#options
    const skipped: string[] = []
    const isRecorded = await this.#isRecorded()
    const now = await this.#options.now()
    const { count, lastId } = await skipForeign(
      () => (isRecorded ? lastCopied(connection, keys) : copyLegacyTrail(connection, keys, { now, renew })),
      () => skipped.push('the audit trail'),
    ).then((copied) => copied ?? { count: 0, lastId: null })
    this.#lastId = lastId
    const moved = await migrateDocuments(
      { connection, keys, documents: this.#documents },
      { copies: !isRecorded, skipped, renew },
    )
    if (!isRecorded) await this.#record(now, count, [...moved.values()].flat().length, skipped)
    await this.#clear(moved)
    await this.#mark()
  }

  /** A trail with lines of this version means that the migration ran, even if its mark is gone. */
  async #isRecorded(): Promise<boolean> {
    const { connection, keys } = this.#options
    for (const key of [keys.audit, keys.auditHead]) {
      const [entry] = asEntries(await ask(connection, ['xrevrange', key, '+', '-', 'COUNT', 1]))
      if (entry && (key === keys.auditHead || parseAuditLink(asText(entry.fields.data)))) return true
    }
    return false
  }

  async #record(at: number, lines: number, documents: number, skipped: readonly string[]): Promise<void> {
    if (lines + documents + skipped.length === 0) return
    const { keys, verifier } = this.#options
    const what = `${lines} ${lines === 1 ? 'line' : 'lines'} and ${documents} ${documents === 1 ? 'document' : 'documents'}`
    const how = verifier ? '; the documents were signed as they were found' : ''
    const rest = skipped.length > 0 ? `; left there, because it is none of Zenith’s: ${skipped.join(', ')}` : ''
    await this.#trail.append({
      ...{ operation: randomUUID(), step: 'result', at, user: null, role: '', action: 'move' },
      ...{ queue: null, queueName: null, target: 'what earlier versions kept', ok: skipped.length === 0 },
      detail: `${what} came from ${keys.prefix}* to ${keys.own}*${how}${rest}`,
    })
  }

  async #mark(...condition: readonly 'NX'[]): Promise<void> {
    const { connection, keys, signer } = this.#options
    const marker = signer.json(
      keys.moved,
      JSON.stringify({ at: await this.#options.now(), lastId: this.#lastId ?? '' }),
    )
    await ask(connection, ['set', keys.moved, marker, ...condition])
  }

  /**
   * Deletes the originals; where the user may not, they stay, and are not read any more. In reverse order, so that an operation stays as
   * long as its list of jobs does.
   */
  async #clear(moved: ReadonlyMap<string, readonly string[]>): Promise<void> {
    const { connection, keys } = this.#options
    for (const [kind, ids] of [...moved].reverse()) {
      if (ids.length > 0) await send(connection, [['hdel', keys.former.kept(kind), ...ids]])
    }
    if (this.#lastId !== null && (await this.leftBehind()) === 0) await send(connection, [['del', keys.former.audit]])
  }

  /** Signs with the new token what the old one signed. */
  async #resign(): Promise<void> {
    await this.#trail.renew()
    for (const kind of ['scheduler', 'scheduler-part', 'freeze']) await this.#documents.renew(kind)
    for (const id of await this.#documents.renew('bulk')) await this.#documents.renew(`bulk:${id}`)
  }
}
