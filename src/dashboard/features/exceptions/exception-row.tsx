import { memo, useContext } from 'react'
import { exceptionIdentity } from '../../../api/identity.js'
import type { ExceptionGroup } from '../../../api/services.js'
import { NO_FILTER } from '../../api/filter.js'
import { KnownContext } from '../../api/known.js'
import { Ago } from '../../ui/ago.js'
import { Sparkline } from '../../ui/charts/sparkline.js'
import { CopyLink } from '../../ui/copy-link.js'
import { Facts } from '../../ui/facts.js'
import { count, exactTime } from '../../ui/format.js'
import { LINK_BUTTON } from '../../ui/link-style.js'
import { PageLink } from '../../ui/page-link.js'
import { RecordRow } from '../../ui/record-row.js'
import { StackTrace } from '../../ui/stack-trace.js'
import { TraceLink } from '../../ui/trace-link.js'
import { Chain } from '../chain/chain.js'
import { ALL_EXCEPTIONS, minutesInWords } from './exceptions.js'

interface ExceptionRowProps {
  group: ExceptionGroup
  /** Whether it is open at first. */
  isOpen?: boolean
}

/** Exceptions of one origin: how often and where, and the newest of them whole. */
export const ExceptionRow = memo(
  function ExceptionRow({ group, isOpen = false }: ExceptionRowProps) {
    return (
      <RecordRow summary={<Summary group={group} />} isOpen={isOpen}>
        {() => <Details group={group} />}
      </RecordRow>
    )
  },
  ({ group: a, isOpen }, { group: b, isOpen: wasOpen }) =>
    isOpen === wasOpen &&
    a.sample.id === b.sample.id &&
    a.count === b.count &&
    a.first === b.first &&
    a.minutes?.start === b.minutes?.start &&
    a.failure === b.failure,
)

function Details({ group }: { group: ExceptionGroup }) {
  const { sample, service, fingerprint, minutes } = group
  const actions = (
    <>
      <CopyLink to={{ ...ALL_EXCEPTIONS, page: 'exceptions', service, fingerprint, series: '' }} />
      <FailureLink group={group} />
    </>
  )
  return (
    <>
      {sample.stack ? (
        <StackTrace stack={sample.stack} actions={actions} />
      ) : (
        <div className="flex gap-1.5">{actions}</div>
      )}
      <Facts
        facts={[
          ['first seen', exactTime(group.first)],
          ['last seen', exactTime(group.last)],
          ['how often', minutes && minutesInWords(minutes)],
          ['handled', group.handled > 0 ? `${count(group.handled)} of ${count(group.count)}` : null],
          ['where', group.routes.join(', ')],
          ['kind', sample.kind],
          ['queue', sample.queue],
          ['path', sample.path],
          ['server', sample.node],
          ['request id', sample.requestId],
          ['trace id', sample.traceId && <TraceLink key="trace" traceId={sample.traceId} />],
          ['fingerprint', fingerprint],
        ]}
      />
      {sample.traceId && <Chain traceId={sample.traceId} at={sample.ts} own={exceptionIdentity(sample)} />}
    </>
  )
}

/** The way to the jobs that failed with it, where Zenith can list them. */
function FailureLink({ group: { failure, sample } }: Pick<ExceptionRowProps, 'group'>) {
  const { withFailed } = useContext(KnownContext)
  if (failure === undefined || sample.queue === null || !withFailed.includes(sample.queue)) return null
  return (
    <PageLink to={{ ...NO_FILTER, page: 'failures', fingerprint: failure }} className={LINK_BUTTON}>
      Jobs that failed with it
    </PageLink>
  )
}

function Summary({ group }: { group: ExceptionGroup }) {
  const { name, message, service, count: amount, handled, first, last, routes, minutes } = group
  return (
    <div className="flex items-start gap-4">
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium text-bad" title={name}>
          {name}
        </p>
        <p className="mt-0.5 line-clamp-3 text-[0.8125rem] break-words group-open:line-clamp-none">
          {message || 'no message'}
        </p>
        <p className="label mt-0.5 break-words">
          {service}
          {routes.length > 0 && (
            <>
              {' · '}
              <span className="font-mono">{routes.join(', ')}</span>
            </>
          )}
          {handled > 0 && (handled === amount ? ' · handled' : ` · ${count(handled)} handled`)}
        </p>
      </div>
      <div className="flex shrink-0 flex-col items-end text-right">
        <span className="font-semibold whitespace-nowrap">{count(amount)}×</span>
        {minutes && (
          <span className="w-20 sm:w-32" title={minutesInWords(minutes)}>
            <Sparkline values={minutes.counts} atLeast={1} />
          </span>
        )}
        <span className="label whitespace-nowrap">
          {amount > 1 && (
            <span className="hidden sm:inline">
              <Ago at={first} before="first " /> ·{' '}
            </span>
          )}
          <Ago at={last} before={amount > 1 ? 'last ' : ''} />
        </span>
      </div>
    </div>
  )
}
