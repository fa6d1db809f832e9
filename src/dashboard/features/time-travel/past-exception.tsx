import type { TimeWindow } from '../../../api/time-window.js'
import type { ExceptionRecord } from '../../../protocol/exception.js'
import { Facts } from '../../ui/facts.js'
import { exactTime, timeOfDay } from '../../ui/format.js'
import { PageLink } from '../../ui/page-link.js'
import { RecordRow } from '../../ui/record-row.js'
import { StackTrace } from '../../ui/stack-trace.js'

/** An exception as it was thrown once. */
export function PastException({ record, window }: { record: ExceptionRecord; window: TimeWindow }) {
  const { name, message, stack, service, node, route, queue, fingerprint, ts } = record
  return (
    <RecordRow
      summary={
        <>
          <p className="break-words">
            <b className="font-semibold">{name}</b> {message}
          </p>
          <p className="label flex justify-between gap-4">
            <span className="min-w-0 truncate">{[service, route ?? queue].filter(Boolean).join(' · ')}</span>
            <time dateTime={new Date(ts).toISOString()} title={exactTime(ts)}>
              {timeOfDay(ts)}
            </time>
          </p>
        </>
      }
    >
      {stack && <StackTrace stack={stack} />}
      <Facts
        facts={[
          ['at', exactTime(ts)],
          ['server', node],
          [
            'all of its kind',
            <PageLink
              key="all"
              to={{ page: 'exceptions', service, fingerprint, ...window }}
              className="text-accent hover:underline"
            >
              in Exceptions
            </PageLink>,
          ],
        ]}
      />
    </RecordRow>
  )
}
