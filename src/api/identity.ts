import type { ExceptionRecord } from '../protocol/exception.js'
import type { SlowEntry } from '../protocol/slow-entry.js'

/** Identities of records, for the server and the page alike. */

/** Equal for an entry that was written or read twice. Two jobs of one name can be equally slow at the same moment. */
export function slowIdentity({ service, node, ts, name, durationMs, requestId, meta }: SlowEntry): string {
  return JSON.stringify([service, node, ts, name, durationMs, requestId, meta.jobId])
}

/** Equal for a record that was written or read twice. Masked ids of several records may be equal. */
export function exceptionIdentity({ service, id, ts }: ExceptionRecord): string {
  return JSON.stringify([service, id, ts])
}

/** Slow requests or jobs with the same name are one group. */
export function slowGroupIdentity({ service, kind, name }: Pick<SlowEntry, 'service' | 'kind' | 'name'>): string {
  return JSON.stringify([service, kind, name])
}

/** Exceptions with the same origin are one group. */
export function exceptionGroupIdentity({
  service,
  fingerprint,
}: Pick<ExceptionRecord, 'service' | 'fingerprint'>): string {
  return JSON.stringify([service, fingerprint])
}
