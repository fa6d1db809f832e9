import type { JobFlow } from '../../../protocol/jobs.js'
import type { QueueView } from '../../../protocol/queue-views.js'
import { plural } from '../../format.js'
import { useJobFlow } from '../../live/queues-api.js'
import { STATE_NAMES } from '../../view/queue/queues.js'
import { jobChoice } from '../../view/url-state.js'
import { PageLink } from '../page-link.js'
import { Problem } from '../problem.js'
import { Section } from '../section.js'

interface JobFlowSectionProps {
  queue: QueueView
  id: string
  /** All queues that are known, to find those of the flow's other jobs. */
  queues: readonly QueueView[]
}

/** The jobs that this one is made of, and those that it is part of; nothing where it stands alone. */
export function JobFlowSection({ queue, id, queues }: JobFlowSectionProps) {
  const { data, error } = useJobFlow(queue.key, id)
  if (error) return <Problem error={error} before="The flow could not be read." />
  if (!data || (data.children.length === 0 && data.more === 0)) return null
  return (
    <Section title="Flow" aside="the jobs that it belongs together with">
      <div className="panel px-4 py-3">
        <ul>
          <Branch flow={data} id={id} keyOf={(name) => keyOf(queues, queue, name)} />
        </ul>
      </div>
    </Section>
  )
}

/** A flow's jobs are in queues of one place. */
function keyOf(queues: readonly QueueView[], { driver, place, name, key }: QueueView, of: string): string | null {
  if (of === name) return key
  return queues.find((one) => one.name === of && one.driver === driver && one.place === place)?.key ?? null
}

interface BranchProps {
  flow: JobFlow
  /** The job that is looked at. */
  id: string
  keyOf: (queue: string) => string | null
}

function Branch({ flow, id, keyOf }: BranchProps) {
  const { queue, name, state, children, more } = flow
  const key = keyOf(queue)
  return (
    <li className="py-1">
      <p className="flex min-w-0 flex-wrap items-baseline gap-x-2">
        {key && state && flow.id !== id ? (
          <PageLink
            to={jobChoice(key, flow.id)}
            data-row=""
            className="min-w-0 truncate rounded-sm font-medium hover:text-accent"
          >
            {name}
          </PageLink>
        ) : (
          <span className={`min-w-0 truncate ${flow.id === id ? 'font-semibold' : 'font-medium text-soft'}`}>
            {name}
          </span>
        )}
        <span className="label min-w-0 truncate font-mono">
          {queue} {flow.id}
        </span>
        <span
          className={`text-xs ${state === 'failed' ? 'text-bad' : state === 'completed' ? 'text-ok' : 'text-soft'}`}
        >
          {state ? STATE_NAMES[state] : 'gone'}
        </span>
      </p>
      {(children.length > 0 || more > 0) && (
        <ul className="ml-1.5 border-l border-line pl-4">
          {children.map((child) => (
            <Branch key={`${child.queue}\n${child.id}`} flow={child} id={id} keyOf={keyOf} />
          ))}
          {more > 0 && <li className="label py-1">and {plural(more, 'more job')}</li>}
        </ul>
      )}
    </li>
  )
}
