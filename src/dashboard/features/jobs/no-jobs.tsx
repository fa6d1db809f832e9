import type { JobState } from '../../../protocol/queues.js'
import { changePage } from '../../routing/route.js'
import { EmptyState } from '../../ui/empty-state.js'
import { stateWord } from '../queues/queues.js'

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
  if (text && isPartial)
    return <EmptyState title="No matching jobs so far">Zenith has not checked all of them yet.</EmptyState>
  if (text)
    return (
      <EmptyState title="No matching jobs">
        Zenith searched ids, names, errors and data of {stateWord(state)} jobs. Search other states separately.
      </EmptyState>
    )
  if (offset > 0)
    return (
      <EmptyState title="There are no longer that many">
        <button
          type="button"
          className="font-medium text-accent hover:underline"
          onClick={() => changePage('queue', { offset: 0 })}
        >
          Go to the first page
        </button>
      </EmptyState>
    )
  if (isPartial)
    return (
      <EmptyState title={`No ${stateWord(state)} jobs in this queue so far`}>
        Zenith has not checked all of them yet.
      </EmptyState>
    )
  return (
    <EmptyState title={`No ${stateWord(state)} jobs`}>
      {state === 'failed' ? 'Jobs that fail appear here.' : 'New ones appear here automatically.'}
    </EmptyState>
  )
}
