import type { ControlStore, NewAuditEntry } from '../../../ports/index.js'
import type { Queues } from '../queues.js'
import type { OperationRecord } from './operation-record.js'
import type { OperationStore } from './operation-store.js'
import { ifUnchanged } from './unchanged.js'
import { outcomeInWords, targetInWords } from './words.js'

type Context = Pick<Queues, 'outbox' | 'now'>

/**
 * Writes the results of orphaned operations to the audit trail, which the Zeniths that ran them cannot do any more. Of several Zeniths
 * one does. Never rejects: what fails is tried again later.
 */
export async function recordOrphans(store: ControlStore, operations: OperationStore, context: Context): Promise<void> {
  try {
    for (const record of await operations.orphaned()) await recordOrphan(record, store, operations, context)
  } catch {}
}

async function recordOrphan(
  record: OperationRecord,
  store: ControlStore,
  operations: OperationStore,
  { outbox, now }: Context,
): Promise<void> {
  await ifUnchanged(record, { store, operations }, async () => {
    await operations.put(record)
    const line = resultOf(record, now())
    await store.appendAudit(line).catch(() => outbox.add(async () => void (await store.appendAudit(line))))
  })
}

function resultOf({ operation }: OperationRecord, at: number): NewAuditEntry {
  const { id, action, user, selection } = operation
  const [only = null, ...others] = selection.queues
  return {
    operation: id,
    step: 'result',
    at,
    user,
    role: '',
    action: `bulk ${action}`,
    queue: others.length === 0 ? only : null,
    queueName: null,
    target: targetInWords(operation, []),
    ok: false,
    detail: outcomeInWords(operation, null),
  }
}
