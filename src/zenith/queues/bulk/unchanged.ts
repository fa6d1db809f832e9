import type { ControlStore } from '../../../ports/index.js'
import { Locks } from './locks.js'
import type { OperationRecord } from './operation-record.js'

interface Parts {
  readonly store: ControlStore
  readonly operations: { read(id: string): Promise<OperationRecord | null> }
}

/** Does something with an operation under its lease, unless another Zenith has it or changed it since. Rejects when the store fails. */
export async function ifUnchanged(
  record: OperationRecord,
  { store, operations }: Parts,
  work: () => Promise<void>,
): Promise<void> {
  const { id } = record.operation
  const locks = new Locks(store, id, [])
  if ((await locks.acquire()) !== null) return
  try {
    const current = await operations.read(id)
    if (current?.zenith === record.zenith && current.at === record.at) await work()
  } finally {
    await locks.release().catch(() => {})
  }
}
