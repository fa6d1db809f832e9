import { randomUUID } from 'node:crypto'
import { withTimeout } from '../../lib/async.js'
import type { AuditLog, Logger, NewAuditEntry } from '../../ports/index.js'
import { ApiError, isRefusal } from '../http/api-error.js'
import type { Principal } from '../http/principal.js'
import type { ConnectedQueue } from './directory.js'
import { sourceRefusal } from './monitor/source-error.js'
import type { Outbox } from './outbox.js'

/** Who performs a change. */
export type Actor = Pick<Principal, 'user' | 'role'> & Partial<Pick<Principal, 'via' | 'address'>>

/** A change to perform. */
export interface AuditedChange<T> {
  readonly by: Actor
  /** `retry`, `bulk retry`, `scheduler run` */
  readonly action: string
  /** Null for a change to several queues. */
  readonly queue: Pick<ConnectedQueue, 'key' | 'name'> | null
  /** A job's id, a scheduler's id, or `all 120 failed jobs`. */
  readonly target: string
  /** Identifies the change in the audit trail. @default a new id */
  readonly operation?: string
  /** Time-out, ms; null: none. @default 30000 */
  readonly within?: number | null
  readonly perform: () => Promise<T>
  /** The result in the audit trail. @default success, without details */
  readonly tell?: (result: T) => { readonly ok: boolean; readonly detail: string | null }
}

/**
 * Performs a change, with a line in the audit trail for its intent before it and one for its result after it.
 *
 * Rejects with an {@link ApiError}: `no_audit` and `audit_unavailable` before the change; `queue_denied`, `queue_replica`, `queue_full` or
 * `queue_unavailable`, with a readable message, if the queue's system did not perform it. An API error of the change itself is passed on.
 */
export type Act = <T>(change: AuditedChange<T>) => Promise<T>

const WITHIN_MS = 30_000
/** Time-out of the store for a line of the trail, ms. */
const AUDIT_WITHIN_MS = 8_000

export interface ActOptions {
  /** Null if the store has no trail: then no change is performed. */
  readonly auditLog: AuditLog | null
  /** Writes results later that the store did not accept. */
  readonly outbox: Pick<Outbox, 'add'>
  /** The store's clock, Unix ms. */
  readonly now: () => number
  readonly logger: Logger | undefined
}

export function actOn({ auditLog, outbox, now, logger }: ActOptions): Act {
  async function append(entry: NewAuditEntry): Promise<void> {
    if (!auditLog) throw new ApiError('no_audit', 'This store keeps no audit trail, so nothing can be changed.')
    await withTimeout(auditLog.appendAudit(entry), AUDIT_WITHIN_MS)
  }

  async function intend(entry: NewAuditEntry): Promise<void> {
    try {
      await append(entry)
    } catch (error) {
      if (isRefusal(error)) throw error
      throw new ApiError('audit_unavailable', 'The audit trail can’t be written, so nothing was done.')
    }
  }

  /** The change is done: a missing line in the trail must not look like a failed change. */
  async function conclude(entry: NewAuditEntry, ok: boolean, detail: string | null): Promise<void> {
    const result: NewAuditEntry = { ...entry, step: 'result', at: now(), ok, detail }
    try {
      await append(result)
    } catch {
      logger?.warn(
        `Zenith: the result of "${entry.action}" can’t be written to the audit trail now; it is tried again.`,
      )
      outbox.add(() => append(result))
    }
  }

  return async (change) => {
    const entry = intentOf(change, now())
    await intend(entry)
    try {
      const result = await inTime(change.perform(), change.within)
      const { ok, detail } = change.tell?.(result) ?? { ok: true, detail: null }
      await conclude(entry, ok, detail)
      return result
    } catch (error) {
      const refusal = isRefusal(error) ? error : sourceRefusal(error)
      await conclude(entry, false, refusal.message)
      throw refusal
    }
  }
}

function inTime<T>(work: Promise<T>, within: number | null = WITHIN_MS): Promise<T> {
  return within === null ? work : withTimeout(work, within)
}

type Named = Omit<AuditedChange<unknown>, 'perform' | 'tell'>

function intentOf({ by, action, queue, target, operation }: Named, at: number): NewAuditEntry {
  return {
    operation: operation ?? randomUUID(),
    step: 'intent',
    at,
    user: by.user,
    role: by.role,
    ...(by.via !== undefined && { via: by.via }),
    ...(by.address != null && { from: by.address }),
    action,
    queue: queue?.key ?? null,
    queueName: queue?.name ?? null,
    target,
    ok: null,
    detail: null,
  }
}
