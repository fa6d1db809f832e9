import type { JobState } from '../../../protocol/queues.js'
import { stateWord } from '../../view/queue/queues.js'
import { choose } from '../../view/url-state.js'
import { EmptyState } from '../empty-state.js'

interface NoJobsProps {
  state: JobState
  text: string
  offset: number
  /** Whether there may be some that were not looked at. */
  isPartial: boolean
}

/** Why the list is empty, and what would change that. */
export function NoJobs(props: NoJobsProps) {
  return (
    <div className="border-t border-line px-4 py-12">
      <Why {...props} />
    </div>
  )
}

function Why({ state, text, offset, isPartial }: NoJobsProps) {
  if (text)
    return (
      <EmptyState title="No job like that">
        Ids, names, errors and data of {stateWord(state)} jobs were looked at. Other states are searched on their own.
      </EmptyState>
    )
  if (offset > 0)
    return (
      <EmptyState title="There are not that many any more">
        <button
          type="button"
          className="font-medium text-accent hover:underline"
          onClick={() => choose({ offset: '' })}
        >
          Go to the first page
        </button>
      </EmptyState>
    )
  if (isPartial)
    return (
      <EmptyState title={`No ${stateWord(state)} jobs of this queue so far`}>
        There may be some among those that were not looked at yet.
      </EmptyState>
    )
  return (
    <EmptyState title={`No ${stateWord(state)} jobs`}>
      {state === 'failed' ? 'Nothing failed that the queue still keeps.' : 'They appear here by themselves.'}
    </EmptyState>
  )
}
