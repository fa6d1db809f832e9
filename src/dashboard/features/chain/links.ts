import { exceptionIdentity, slowIdentity } from '../../../api/identity.js'
import type { ExceptionRecord } from '../../../protocol/exception.js'
import type { SlowEntry } from '../../../protocol/slow-entry.js'
import { NO_FILTER } from '../../api/filter.js'
import type { Target } from '../../routing/pages.js'
import { duration } from '../../ui/format.js'

/** One request, job or exception of a trace. */
export interface ChainLink {
  readonly key: string
  readonly isRequest: boolean
  readonly name: string
  /** `slow, 3.1 s` */
  readonly what: string
  readonly service: string
  /** Unix ms. */
  readonly at: number
  readonly to: Target
  /** The queue and the id of the job; null for what is none, and if they are unknown. */
  readonly job: { readonly queue: string; readonly id: string } | null
}

/** The time that its pages show; both 0 for the period. */
interface Shown {
  readonly from: number
  readonly to: number
}

/** All of a trace, in the order in which they ended. @param own the record that is shown already */
export function chainLinks(
  slow: readonly SlowEntry[],
  exceptions: readonly ExceptionRecord[],
  shown: Shown,
  own: string | undefined,
): readonly ChainLink[] {
  const links = [...slow.map((entry) => linkOfSlow(entry, shown)), ...exceptions.map((one) => linkOfFailed(one, shown))]
  return links.filter(({ key }) => key !== own).sort((a, b) => a.at - b.at)
}

function linkOfSlow(entry: SlowEntry, shown: Shown): ChainLink {
  const { kind, name, service, traceId, durationMs, status, ts, meta } = entry
  const { queue, jobId } = meta
  return {
    key: slowIdentity(entry),
    isRequest: kind === 'request',
    name,
    what: `slow, ${duration(durationMs)}${status === 'failed' ? ', failed' : ''}`,
    service,
    at: ts,
    to: { ...NO_FILTER, page: 'slow', service, trace: traceId ?? '', kept: shown.to === 0 ? 'all' : '', ...shown },
    job: queue !== null && jobId !== null ? { queue, id: jobId } : null,
  }
}

function linkOfFailed(record: ExceptionRecord, shown: Shown): ChainLink {
  const { kind, name, route, queue, service, fingerprint, traceId, ts } = record
  return {
    key: exceptionIdentity(record),
    isRequest: kind === 'request',
    name: route ?? queue ?? name,
    what: name,
    service,
    at: ts,
    to: { ...NO_FILTER, page: 'exceptions', service, fingerprint, trace: traceId ?? '', period: '1h', ...shown },
    job: null,
  }
}
