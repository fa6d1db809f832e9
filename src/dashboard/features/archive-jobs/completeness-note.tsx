import { ChevronRight, TriangleAlert } from 'lucide-react'
import type { Completeness, QueueCompleteness } from '../../../api/archived-jobs.js'
import { useCompleteness } from '../../api/archive-api.js'
import { useNow } from '../../api/hooks.js'
import { plural } from '../../ui/format.js'
import { completenessWords } from './completeness.js'

const DAY_MS = 24 * 60 * 60_000
const STEP_MS = 10 * 60_000
/** Of the newest minute the archive may have a part only. */
const NEARLY = 0.98

/** How much of what workers ran in the last day the archive has, by queue, and what to switch on where it has little. */
export function CompletenessNote() {
  const to = Math.floor(useNow() / STEP_MS) * STEP_MS
  const { data } = useCompleteness({ from: to - DAY_MS, to }, true)
  if (!data) return null
  return (
    <>
      {data.unopened.length > 0 && <UnopenedNote services={data.unopened} />}
      {data.queues.length > 0 && <Queues data={data} />}
    </>
  )
}

/** Payloads that are lost for search and view. */
function UnopenedNote({ services }: { services: readonly string[] }) {
  return (
    <p role="status" className="flex items-start gap-2.5 rounded-xl bg-warn-wash px-4 py-2.5 text-[0.8125rem]">
      <TriangleAlert className="mt-0.5 size-4 shrink-0 text-warn" aria-hidden="true" />
      <span className="min-w-0 break-words">
        Within the last 24 h Zenith could not open payloads of {services.join(', ')}: those jobs are archived without
        them. Give Zenith the <code className="font-mono">QUASAR_TOKEN</code> of these workers.
      </span>
    </p>
  )
}

function Queues({ data }: { data: Completeness }) {
  const partly = data.queues.filter(isPartly)
  return (
    <details className="label group">
      <summary className="flex w-fit items-center gap-1 rounded-sm hover:text-text">
        <ChevronRight className="size-3.5 group-open:rotate-90" aria-hidden="true" />
        {partly.length === 0
          ? `The attempts of ${plural(data.queues.length, 'queue')} over the last 24 h are archived`
          : `Of ${plural(partly.length, 'queue')} not all attempts over the last 24 h are archived`}
      </summary>
      <ul className="mt-2 flex flex-col gap-1 pl-4.5">
        {data.queues.map((queue) => (
          <li key={`${queue.queueName} ${queue.service}`} className="break-words">
            {completenessWords(queue)}
          </li>
        ))}
      </ul>
      {partly.length > 0 && <SwitchOn />}
    </details>
  )
}

/** What archives the jobs of a worker. */
export function SwitchOn() {
  return (
    <p className="mt-2 break-words [&_code]:rounded [&_code]:bg-raised [&_code]:px-1 [&_code]:font-mono">
      Workers pass on their finished jobs with the option <code>archiveJobs: 'jobs'</code>, or <code>'payloads'</code>{' '}
      to search payloads, too (environment: <code>QUASAR_ARCHIVE_JOBS</code>). Without it Zenith has only what it finds
      in the queue.
    </p>
  )
}

function isPartly({ archived, counted }: QueueCompleteness): boolean {
  return counted !== null && archived < counted * NEARLY
}
