import type { QueueView } from '../../../api/queues.js'
import { placeName } from '../../../api/words.js'
import type { JobAddress, JobFlow, JobPlace } from '../../../protocol/jobs.js'
import { useJobFlow } from '../../api/queues-api.js'
import { plural } from '../../ui/format.js'
import { PageLink } from '../../ui/page-link.js'
import { Problem } from '../../ui/problem.js'
import { Section } from '../../ui/section.js'
import { queueOfJob } from '../queues/queues.js'

interface JobFlowSectionProps {
  queue: QueueView
  id: string
  /** All queues that are known, to find those of the flow's other jobs. */
  queues: readonly QueueView[]
}

/** The jobs that this one is made of, and those that it is part of; nothing where it stands alone. */
export function JobFlowSection({ queue, id, queues }: JobFlowSectionProps) {
  const { data, error } = useJobFlow(queue.key, id)
  if (error) return <Problem error={error} before="Zenith could not read the flow." />
  if (!data || (data.children.length === 0 && data.more === 0)) return null
  return (
    <Section title="Flow" aside="the jobs of the same flow">
      <div className="panel px-4 py-3">
        <ul>
          <Branch
            flow={data}
            id={id}
            here={queue.key}
            keyOf={(address) => queueOfJob(queues, queue, address)?.key ?? null}
          />
        </ul>
      </div>
    </Section>
  )
}

interface BranchProps {
  flow: JobFlow
  /** The job that is looked at, and the key of its queue. */
  id: string
  here: string
  keyOf: (address: JobAddress) => string | null
}

function Branch({ flow, id, here, keyOf }: BranchProps) {
  const { queue, name, state, children, more } = flow
  const key = keyOf(flow)
  const isThis = flow.id === id && key === here
  return (
    <li className="py-1">
      <p className="flex min-w-0 flex-wrap items-baseline gap-x-2">
        {key && state && !isThis ? (
          <PageLink
            to={{ page: 'job', queue: key, job: flow.id }}
            data-row=""
            className="min-w-0 truncate rounded-sm font-medium hover:text-accent"
          >
            {name}
          </PageLink>
        ) : (
          <span className={`min-w-0 truncate ${isThis ? 'font-semibold' : 'font-medium text-soft'}`}>
            {name || 'unknown'}
          </span>
        )}
        <span className="label min-w-0 truncate font-mono">
          {queue} {flow.id}
        </span>
        <FlowState flow={flow} />
      </p>
      {(children.length > 0 || more > 0) && (
        <ul className="ml-1.5 border-l border-line pl-4">
          {children.map((child) => (
            <Branch key={`${child.queue}\n${child.id}`} flow={child} id={id} here={here} keyOf={keyOf} />
          ))}
          {more > 0 && <li className="label py-1">and {plural(more, 'more job')}</li>}
        </ul>
      )}
    </li>
  )
}

const STATE_LOOKS: Partial<Record<JobPlace, string>> = { failed: 'text-bad', stuck: 'text-bad', completed: 'text-ok' }

function FlowState({ flow: { state, isElsewhere } }: { flow: JobFlow }) {
  if (!state)
    return <span className="text-xs text-soft">{isElsewhere ? 'elsewhere, or replaced by another job' : 'gone'}</span>
  return <span className={`text-xs ${STATE_LOOKS[state] ?? 'text-soft'}`}>{placeName(state)}</span>
}
