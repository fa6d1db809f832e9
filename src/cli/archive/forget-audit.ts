import { randomUUID } from 'node:crypto'
import { auditRecord } from '../../archiver/feeds/audit.js'
import { withTimeout } from '../../lib/async.js'
import type { ArchiveDriver, AuditLog, NewAuditEntry } from '../../ports/index.js'
import type { AuditEntry } from '../../protocol/index.js'
import { systemUser } from '../terminal/system-user.js'

const STREAM = 'audit:forget'
const REDIS_WITHIN_MS = 8_000
const ATTEMPTS = 3
/** Lines of the trail that are searched for the one that was just written. */
const NEWEST = 20

/** The lines about one deletion: in the archive always, in the trail of a Redis that answers. */
export class ForgetAudit {
  readonly #archive: ArchiveDriver
  readonly #trail: AuditLog
  readonly #entry: Omit<NewAuditEntry, 'step' | 'at' | 'ok' | 'detail'>

  /** @param target the search, without what may be personal */
  constructor(archive: ArchiveDriver, trail: AuditLog, target: string) {
    this.#archive = archive
    this.#trail = trail
    const action = 'archive forget'
    this.#entry = {
      operation: randomUUID(),
      user: systemUser(),
      role: 'admin',
      via: 'command line',
      action,
      queue: null,
      queueName: null,
      target,
    }
  }

  /** @returns whether Redis has it, too @throws when the archive can't be written */
  intend(): Promise<boolean> {
    return this.#write({ ...this.#entry, step: 'intent', at: Date.now(), ok: null, detail: null })
  }

  conclude(ok: boolean, detail: string): Promise<boolean> {
    return this.#write({ ...this.#entry, step: 'result', at: Date.now(), ok, detail })
  }

  async #write(entry: NewAuditEntry): Promise<boolean> {
    const line = await this.#append(entry).catch(() => null)
    await this.#keep(line ?? { ...entry, id: `${entry.at}-${entry.operation}-${entry.step}` })
    return line !== null
  }

  /** The line as Zenith will read it, so that the archive has it once. */
  async #append(entry: NewAuditEntry): Promise<AuditEntry> {
    const id = await withTimeout(this.#trail.appendAudit(entry), REDIS_WITHIN_MS)
    const listed = withTimeout(this.#trail.listAudit({ before: null, limit: NEWEST }), REDIS_WITHIN_MS)
    return (await listed.catch(() => [])).find((line) => line.id === id) ?? { ...entry, id }
  }

  async #keep(line: AuditEntry): Promise<void> {
    const { at, step, operation } = line
    const record = auditRecord(line, at)
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const expected = await this.#archive.cursor(STREAM)
      const cursor = { stream: STREAM, expected, next: `${operation}/${step}` }
      if (await this.#archive.write({ cursor, records: [record] })) return
    }
    throw new Error('The archive is written by others all the time: try again.')
  }
}
