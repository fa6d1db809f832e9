import type { ExceptionRecord, SlowEntry } from '../../../protocol/index.js'

/** The same for a record that was written or read twice. */
export function slowIdentity(entry: SlowEntry): string {
  return JSON.stringify([entry.service, entry.node, entry.ts, entry.name, entry.durationMs, entry.requestId])
}

export function exceptionIdentity(record: ExceptionRecord): string {
  // Masked ids of several records may be the same.
  return JSON.stringify([record.service, record.id, record.ts])
}
