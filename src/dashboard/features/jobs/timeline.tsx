import type { JobPlace, JobSummary } from '../../../protocol/jobs.js'
import { useClock } from '../../api/hooks.js'
import { duration, exactTime, span } from '../../ui/format.js'
import { type TimelinePart, timelineOf } from './times.js'

const LOOKS: Readonly<Record<TimelinePart['name'], string>> = {
  delayed: 'bg-track',
  waited: 'bg-accent-dim',
  ran: 'bg-accent',
}

const WORDS: Readonly<Record<TimelinePart['name'], readonly [over: string, now: string]>> = {
  delayed: ['delayed', 'delayed so far'],
  waited: ['waited', 'waits so far'],
  ran: ['ran', 'runs so far'],
}

/** No part is narrower than this share of the picture, or it could not be seen. */
const LEAST = 0.03

/** A job's time as a picture: delayed, waited, ran, each with its length. */
export function Timeline({ job }: { job: JobSummary<JobPlace> }) {
  const now = Number(useClock((at) => String(at)))
  const parts = timelineOf(job).map((part) => ({ ...part, ms: Math.max(0, (part.to ?? now) - part.from) }))
  if (parts.length === 0)
    return <p className="label">The queue’s system does not report when this job was added or ran.</p>
  const total = parts.reduce((sum, { ms }) => sum + ms, 0)
  return (
    <div>
      <div className="flex h-3 gap-0.5 overflow-hidden rounded-full" aria-hidden="true">
        {parts.map(({ name, ms, to }) => (
          <div
            key={name}
            className={`${LOOKS[name]} ${to === null ? 'motion-safe:animate-pulse' : ''}`}
            style={{ flexGrow: total === 0 ? 1 : Math.max(LEAST, ms / total) }}
          />
        ))}
      </div>
      <ol className="mt-2.5 flex flex-wrap gap-x-8 gap-y-2">
        {parts.map(({ name, ms, from, to }) => (
          <li key={name} className="flex items-start gap-2">
            <span className={`mt-1.5 size-2 shrink-0 rounded-full ${LOOKS[name]}`} aria-hidden="true" />
            <span>
              <span className="text-soft">{WORDS[name][to === null ? 1 : 0]}</span>{' '}
              <b className="font-semibold">{to === null ? span(ms) : duration(ms)}</b>
              <span className="label block">from {exactTime(from)}</span>
            </span>
          </li>
        ))}
      </ol>
      {job.attempts !== null && job.attempts > 1 && (
        <p className="label mt-2">
          Of {job.attempts} attempts only the last run is known; the time before it counts as waiting.
        </p>
      )}
    </div>
  )
}
