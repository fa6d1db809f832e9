import type { ControlStore, NewAuditEntry } from '../../../ports/index.js'
import type { Queues } from '../queues.js'
import type { KeptOperation } from './kept-operation.js'
import type { KeptOperations } from './kept-operations.js'
import { Locks } from './locks.js'
import { outcomeInWords, targetInWords } from './words.js'

type Undertaker = Pick<Queues, 'outbox' | 'now'>

/**
 * Writes to the audit trail what became of operations whose Zenith ended without a word: it can't any more. Of several Zeniths one
 * does. Never rejects: what the store does not take now is tried another time.
 */
export async function bury(store: ControlStore, kept: KeptOperations, queues: Undertaker): Promise<void> {
  try {
    for (const dead of await kept.dead()) await buryOne(dead, store, kept, queues)
  } catch {}
}

async function buryOne(
  dead: KeptOperation,
  store: ControlStore,
  kept: KeptOperations,
  { outbox, now }: Undertaker,
): Promise<void> {
  const { id } = dead.operation
  const locks = new Locks(store, id, [])
  if ((await locks.take()) !== null) return
  try {
    const told = await kept.told(id)
    if (told?.zenith !== dead.zenith || told.at !== dead.at) return
    await kept.keep(dead)
    const line = resultOf(dead, now())
    await store.appendAudit(line).catch(() => outbox.add(async () => void (await store.appendAudit(line))))
  } finally {
    await locks.drop().catch(() => {})
  }
}

function resultOf({ operation }: KeptOperation, at: number): NewAuditEntry {
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
