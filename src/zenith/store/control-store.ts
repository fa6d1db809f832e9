import type { ControlStore, Debts, Reader } from '../../ports/index.js'

const CONTROL_METHODS = [
  'appendAudit',
  'listAudit',
  'putDocument',
  'listDocuments',
  'deleteDocument',
  'acquireLease',
  'leaseHolder',
  'releaseLease',
  'time',
] as const satisfies readonly (keyof ControlStore)[]

/** What stores Zenith's own data; null if a reader has no methods for it. */
export function controlStoreOf(reader: Reader & Partial<ControlStore>): ControlStore | null {
  const isComplete = CONTROL_METHODS.every((name) => typeof reader[name] === 'function')
  return isComplete ? (reader as Reader & ControlStore) : null
}

/** What counts wrong log-ins for all Zeniths of a store; null if a reader has no method for it. */
export function debtsOf(reader: Reader & Partial<Debts>): Debts | null {
  return typeof reader.owe === 'function' ? (reader as Reader & Debts) : null
}
