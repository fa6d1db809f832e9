import { memo } from 'react'
import type { ExceptionGroup } from '../../../api/services.js'
import { Ago } from '../../ui/ago.js'
import { count, exactTime } from '../../ui/format.js'
import { Facts, RecordRow } from '../../ui/record-row.js'

/** Exceptions of one origin: how often and where, and the newest of them whole. */
export const ExceptionRow = memo(
  function ExceptionRow({ group }: { group: ExceptionGroup }) {
    const { sample } = group
    return (
      <RecordRow summary={<Summary group={group} />}>
        {sample.stack && (
          // A region that scrolls must be reachable by keyboard.
          // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
          <pre tabIndex={0} className="max-h-96 overflow-auto rounded-lg bg-raised p-3 font-mono text-xs leading-5">
            {sample.stack}
          </pre>
        )}
        <Facts
          facts={[
            ['first seen', exactTime(group.first)],
            ['last seen', exactTime(group.last)],
            ['handled', group.handled > 0 ? `${count(group.handled)} of ${count(group.count)}` : null],
            ['where', group.routes.join(', ')],
            ['kind', sample.kind],
            ['queue', sample.queue],
            ['path', sample.path],
            ['server', sample.node],
            ['request id', sample.requestId],
            ['trace id', sample.traceId],
            ['fingerprint', group.fingerprint],
          ]}
        />
      </RecordRow>
    )
  },
  ({ group: a }, { group: b }) => a.sample.id === b.sample.id && a.count === b.count && a.first === b.first,
)

function Summary({ group }: { group: ExceptionGroup }) {
  const { name, message, service, count: amount, handled, first, last, routes } = group
  return (
    <>
      <div className="flex items-baseline justify-between gap-4">
        <span className="min-w-0 truncate font-medium text-bad" title={name}>
          {name}
        </span>
        <span className="font-semibold whitespace-nowrap">{count(amount)}×</span>
      </div>
      <p className="mt-0.5 line-clamp-2 text-[0.8125rem] break-words">{message || 'no message'}</p>
      <div className="label mt-0.5 flex items-baseline justify-between gap-4">
        <span className="min-w-0 truncate">
          {service}
          {routes.length > 0 && (
            <>
              {' · '}
              <span className="font-mono">{routes.join(', ')}</span>
            </>
          )}
          {handled > 0 && (handled === amount ? ' · handled' : ` · ${count(handled)} handled`)}
        </span>
        <span className="whitespace-nowrap">
          {amount > 1 && (
            <span className="hidden sm:inline">
              <Ago at={first} before="first " /> ·{' '}
            </span>
          )}
          <Ago at={last} before={amount > 1 ? 'last ' : ''} />
        </span>
      </div>
    </>
  )
}
