import type { ReactNode } from 'react'
import type { QueueView } from '../../../api/queues.js'
import { Ago } from '../../ui/ago.js'
import { capital } from '../../ui/format.js'
import { Problem } from '../../ui/problem.js'
import { AlertMark } from '../alert-mark/alert-mark.js'
import { Crumbs } from '../queues/crumbs.js'
import { DriverBadge } from '../queues/driver-badge.js'
import { QueueMarks } from '../queues/queue-marks.js'
import { isBad, ReasonLine } from '../queues/reasons.js'

/** Which queue it is, where, who reports it, and what is wrong with it. */
export function QueueHead({ queue, buttons }: { queue: QueueView; buttons: ReactNode }) {
  const { name, driver, services, place, at, attention, error } = queue
  return (
    <div className="flex flex-col gap-3">
      <Crumbs />
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <div className="flex min-w-0 flex-wrap items-center gap-2.5">
            <h1
              id="title"
              tabIndex={-1}
              className="min-w-0 text-xl font-semibold tracking-tight break-all outline-none"
            >
              {name}
            </h1>
            <DriverBadge driver={driver} />
            <QueueMarks queue={queue} />
            <AlertMark of={{ queue: queue.key }} />
          </div>
          <p className="label mt-1 break-all">
            {services.length > 0 ? `reported by ${services.join(', ')}` : 'read by this Zenith'}
            {place && (
              <>
                {' · '}
                <span className="font-mono">{place}</span>
              </>
            )}
            {' · '}
            <Ago at={at} before="figures of " />
          </p>
        </div>
        {buttons}
      </div>
      {attention.length > 0 && (
        <ul
          aria-label="Needs attention"
          className={`flex flex-col gap-1.5 rounded-xl px-4 py-2.5 ${isBad(attention) ? 'bg-bad-wash' : 'bg-warn-wash'}`}
        >
          {attention.map((reason) => (
            <li key={reason.kind}>
              <ReasonLine attention={[reason]} />
            </li>
          ))}
        </ul>
      )}
      {error && !attention.some(({ kind }) => kind === 'error') && <Problem error={new Error(capital(error))} />}
    </div>
  )
}
