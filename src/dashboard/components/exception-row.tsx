import { memo } from 'react'
import { count, exactTime } from '../format.js'
import type { ExceptionGroup } from '../view/groups.js'
import { Ago } from './ago.js'
import { Facts, RecordRow } from './record-row.js'

export const ExceptionRow = memo(
  function ExceptionRow({ group }: { group: ExceptionGroup }) {
    const { last } = group
    return (
      <RecordRow summary={<Summary group={group} />}>
        {last.stack && (
          // A region that scrolls must be reachable by keyboard.
          // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
          <pre tabIndex={0} className="max-h-72 overflow-auto rounded-lg bg-raised p-3 font-mono text-xs leading-5">
            {last.stack}
          </pre>
        )}
        <Facts
          facts={[
            ['kind', last.handled ? `${last.kind}, handled` : last.kind],
            ['queue', last.queue],
            ['request id', last.requestId],
            ['trace id', last.traceId],
            ['server', last.node],
            ['first seen', exactTime(group.firstSeen)],
            ['last seen', exactTime(last.ts)],
            ['fingerprint', last.fingerprint],
          ]}
        />
      </RecordRow>
    )
  },
  ({ group: a }, { group: b }) => a.last === b.last && a.count === b.count && a.firstSeen === b.firstSeen,
)

function Summary({ group: { last, count: amount } }: { group: ExceptionGroup }) {
  const where = last.route ?? last.queue
  return (
    <>
      <div className="flex items-baseline justify-between gap-4">
        <span className="min-w-0 truncate font-medium text-bad" title={last.name}>
          {last.name}
        </span>
        <span className="font-semibold whitespace-nowrap" title={`${amount} of the newest`}>
          {count(amount)}×
        </span>
      </div>
      <p className="mt-0.5 line-clamp-2 text-[0.8125rem] break-words">{last.message || 'without a message'}</p>
      <div className="label mt-0.5 flex items-baseline justify-between gap-4">
        <span className="min-w-0 truncate">
          {last.service}
          {where && (
            <>
              {' · '}
              <span className="font-mono">{where}</span>
            </>
          )}
          {last.handled && ' · handled'}
        </span>
        <Ago at={last.ts} />
      </div>
    </>
  )
}
