import { subjectIn } from '../../alerts/engine/track.js'
import type { AuditEntry } from '../../api/audit.js'
import type { ControlStore } from '../../ports/index.js'
import type { Sight } from './sight.js'

/** Most lines that are read for a page of those in sight: more than a trail has. */
const MAX_READ = 20_000
/** Lines that are read at once: few of them may be in sight. */
const STEP = 500

/** Actions on no queue whose lines name none. */
const ABOUT_NO_QUEUE: ReadonlySet<string> = new Set([
  'log in',
  'log out',
  'set password',
  'forget',
  'alert receiver save',
  'alert receiver delete',
  'alert receiver test',
])
const ACKNOWLEDGE = 'alert acknowledge'

/**
 * Whether a line is in sight. Of lines about no single queue only those are that surely name none: a bulk operation, a rule or a search
 * of the archive may name any.
 */
export function isLineSeen({ queue, queueName, action, target }: AuditEntry, sight: Sight): boolean {
  if (queue !== null) return queueName === null ? sight.seesKey(queue) : sight.sees({ key: queue, name: queueName })
  if (action === ACKNOWLEDGE) return isAlertSeen(target, sight)
  return ABOUT_NO_QUEUE.has(action)
}

/** Never for one about a job, which may be in any queue. */
function isAlertSeen(id: string, sight: Sight): boolean {
  const { kind, key } = subjectIn(id)
  return kind === 'queue' ? sight.seesKey(key) : kind !== 'job'
}

/** The store, as routes read it: lines of the audit trail in sight, and no documents. */
export function auditedIn(store: ControlStore, sight: Sight): ControlStore {
  return {
    ...boundTo(store),
    async listAudit({ before, limit }) {
      const seen: AuditEntry[] = []
      const step = Math.max(limit, STEP)
      let from = before
      for (let read = 0; seen.length < limit && read < MAX_READ; read += step) {
        const lines = await store.listAudit({ before: from, limit: step })
        seen.push(...lines.filter((line) => isLineSeen(line, sight)))
        from = lines.at(-1)?.id ?? from
        if (lines.length < step) break
      }
      return seen.slice(0, limit)
    },
    listDocuments: async () => new Map(),
  }
}

function boundTo(store: ControlStore): Omit<ControlStore, 'inspectDocuments' | 'migrate'> {
  const { verifyAudit, forgetNode } = store
  return {
    appendAudit: (entry) => store.appendAudit(entry),
    listAudit: (query) => store.listAudit(query),
    putDocument: (...document) => store.putDocument(...document),
    listDocuments: (...asked) => store.listDocuments(...asked),
    deleteDocument: (...document) => store.deleteDocument(...document),
    acquireLease: (...lease) => store.acquireLease(...lease),
    leaseHolder: (name) => store.leaseHolder(name),
    releaseLease: (...lease) => store.releaseLease(...lease),
    time: () => store.time(),
    ...(verifyAudit && { verifyAudit: () => verifyAudit.call(store) }),
    ...(forgetNode && { forgetNode: (...node) => forgetNode.call(store, ...node) }),
  }
}
