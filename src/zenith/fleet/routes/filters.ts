import type { Overview } from '../../../api/overview.js'
import type { ExceptionRecord, SlowEntry } from '../../../protocol/index.js'
import type { Recent } from '../details.js'

/** What records are narrowed by; null lets all through. */
export interface RecordFilter {
  readonly kind: string | null
  readonly name: string | null
  /** A trace id. */
  readonly trace: string | null
  readonly text: string | null
}

/** The services that a filter leaves. */
export function servicesOf({ services }: Pick<Overview, 'services'>, service: string | null): string[] {
  return services.map((view) => view.service).filter((name) => service === null || name === service)
}

/** What a list of records says of what it is without. */
export function limitsOf({ perService, unread }: Omit<Recent<unknown>, 'records'>) {
  return { perService, ...(unread.length > 0 && { unread }) }
}

export function filterSlow(entries: readonly SlowEntry[], filter: RecordFilter): readonly SlowEntry[] {
  return filterRecords(entries, filter, ({ name, node, requestId, traceId, meta }) => [
    name,
    node,
    requestId,
    traceId,
    meta.url,
    meta.queue,
  ])
}

export function filterExceptions(
  records: readonly ExceptionRecord[],
  filter: RecordFilter & { readonly fingerprint: string | null; readonly handled: string | null },
): readonly ExceptionRecord[] {
  const { fingerprint, handled } = filter
  const narrowed = records.filter(
    (record) =>
      (fingerprint === null || record.fingerprint === fingerprint) &&
      (handled === null || record.handled === (handled === 'true')),
  )
  return filterRecords(narrowed, filter, ({ name, message, node, route, queue, requestId, traceId }) => [
    name,
    message,
    node,
    route,
    queue,
    requestId,
    traceId,
  ])
}

function filterRecords<T extends { readonly kind: string; readonly name: string; readonly traceId: string | null }>(
  records: readonly T[],
  { kind, name, trace, text }: RecordFilter,
  searched: (record: T) => readonly (string | null)[],
): readonly T[] {
  const wanted = text?.toLowerCase() ?? null
  if (kind === null && name === null && trace === null && wanted === null) return records
  return records.filter(
    (record) =>
      (kind === null || record.kind === kind) &&
      (name === null || record.name === name) &&
      (trace === null || record.traceId === trace) &&
      (wanted === null || searched(record).some((value) => value?.toLowerCase().includes(wanted))),
  )
}
