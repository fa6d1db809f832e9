import { memo } from 'react'
import { slowIdentity } from '../../../api/identity.js'
import type { SlowEntry } from '../../../protocol/slow-entry.js'
import { Ago } from '../../ui/ago.js'
import { Facts } from '../../ui/facts.js'
import { duration, exactTime, times } from '../../ui/format.js'
import { RecordRow } from '../../ui/record-row.js'
import { TraceLink } from '../../ui/trace-link.js'
import { Chain } from '../chain/chain.js'
import { meanwhile } from './meanwhile.js'

export const SlowEntryRow = memo(function SlowEntryRow({ entry }: { entry: SlowEntry }) {
  return (
    <RecordRow summary={<Summary entry={entry} />}>
      {() => (
        <>
          <Facts facts={factsOf(entry)} />
          {entry.traceId && <Chain traceId={entry.traceId} at={entry.ts} own={slowIdentity(entry)} />}
        </>
      )}
    </RecordRow>
  )
})

function Summary({ entry }: { entry: SlowEntry }) {
  const { name, durationMs, thresholdMs, status, service, ts } = entry
  const told = meanwhile(entry)
  return (
    <>
      <div className="flex items-baseline justify-between gap-4">
        <span className="min-w-0 truncate font-mono text-[0.8125rem]" title={name}>
          {name}
        </span>
        <span className="whitespace-nowrap">
          <span className="font-semibold">{duration(durationMs)}</span>{' '}
          {thresholdMs !== null && (
            <span className="label ml-1">
              {times(durationMs, thresholdMs)} <span className="hidden sm:inline">of {duration(thresholdMs)}</span>
            </span>
          )}
        </span>
      </div>
      <div className="label mt-0.5 flex items-baseline justify-between gap-4">
        <span className="min-w-0 truncate">
          <Status status={status} /> {service}
          {entry.kind !== 'request' && ` · ${entry.kind}`}
          {entry.meta.queue && ` of ${entry.meta.queue}`}
        </span>
        <Ago at={ts} />
      </div>
      {told.length > 0 && (
        <p className="mt-1 text-xs leading-5">
          <span className="text-soft">Meanwhile</span> {told.join(', ')}.
        </p>
      )}
    </>
  )
}

function Status({ status }: { status: string | null }) {
  if (status === null) return null
  const failed = status === 'failed' || /^5/.test(status)
  return <span className={failed ? 'font-medium text-bad' : ''}>{status === '499' ? '499 (aborted)' : status} ·</span>
}

function factsOf({ node, requestId, traceId, thresholdMs, ts, meta }: SlowEntry) {
  const headers = Object.entries(meta.headers ?? {}).map(([name, value]) => [name, value] as const)
  return [
    ['URL', meta.url],
    ['queue', meta.queue],
    ['job id', meta.jobId],
    ['attempt', meta.attempt],
    ['waited', meta.waitMs === null ? null : duration(meta.waitMs)],
    ['threshold', thresholdMs === null ? null : duration(thresholdMs)],
    ['loop blocked', meta.loopBlockedMs === null ? null : duration(meta.loopBlockedMs)],
    ['GC', meta.gcMs === null ? null : duration(meta.gcMs)],
    ['request id', requestId],
    ['trace id', traceId && <TraceLink key="trace" traceId={traceId} />],
    ['server', node],
    ['ended', exactTime(ts)],
    ...headers,
  ] as const
}
