import type { ArchivedAttempt } from '../../../api/archived-jobs.js'
import { timeTravelTarget } from '../../routing/time-travel-target.js'
import { duration, exactTime, UNKNOWN } from '../../ui/format.js'
import { LINK_BUTTON } from '../../ui/link-style.js'
import { PageLink } from '../../ui/page-link.js'
import { barsOf, type Part } from './bars.js'
import { Outcome } from './outcome.js'

const MARGIN_MS = 60_000

/** The attempts of a job, one below the other on one axis: how long each waited and ran, and how it ended. */
export function AttemptBars({ attempts }: { attempts: readonly ArchivedAttempt[] }) {
  const bars = barsOf(attempts)
  return (
    <ol aria-label="Attempts" className="panel divide-y divide-line">
      {attempts.map((attempt, index) => (
        <li key={`${attempt.startedAt} ${attempt.finishedAt}`} className="flex flex-col gap-2 px-4 py-3">
          <p className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
            <b className="font-semibold">{attempt.attempt === null ? 'Attempt' : `Attempt ${attempt.attempt}`}</b>
            <Outcome outcome={attempt.outcome} />
            <span>
              {attempt.waitMs !== null && `waited ${duration(attempt.waitMs)}, `}
              ran {attempt.runMs === null ? UNKNOWN : duration(attempt.runMs)}
            </span>
            <span className="label">ended {exactTime(attempt.finishedAt)}</span>
          </p>
          <Bar parts={bars[index] ?? []} />
          {attempt.error && (
            <p className="rounded-lg bg-bad-wash px-3 py-2 text-[0.8125rem] break-words text-bad">{attempt.error}</p>
          )}
          <Ways attempt={attempt} />
        </li>
      ))}
    </ol>
  )
}

const LOOKS: Readonly<Record<Part['name'], string>> = { waited: 'bg-accent-dim', ran: 'bg-accent' }

function Bar({ parts }: { parts: readonly Part[] }) {
  return (
    <div aria-hidden="true" className="relative h-3 overflow-hidden rounded-full bg-track">
      {parts.map(({ name, left, width }) => (
        <span
          key={name}
          className={`absolute inset-y-0 min-w-1 ${LOOKS[name]}`}
          style={{ left: `${left}%`, width: `${width}%` }}
        />
      ))}
    </div>
  )
}

/** From an attempt to what was around it. */
function Ways({ attempt: { service, node, startedAt, finishedAt, runMs } }: { attempt: ArchivedAttempt }) {
  const began = startedAt ?? finishedAt - (runMs ?? 0)
  const window = { from: began - MARGIN_MS, to: finishedAt + MARGIN_MS }
  return (
    <p className="flex flex-wrap gap-2">
      {service !== null && node !== null && (
        <PageLink to={{ page: 'process', service, node, ...window }} className={LINK_BUTTON}>
          Its process
        </PageLink>
      )}
      {service !== null && (
        <PageLink to={{ page: 'exceptions', service, ...window }} className={LINK_BUTTON}>
          Exceptions meanwhile
        </PageLink>
      )}
      <PageLink to={timeTravelTarget(began)} className={LINK_BUTTON}>
        The fleet at its start
      </PageLink>
    </p>
  )
}
