import type { JobState } from '../../../protocol/queues.js'
import { STATE_NAMES } from '../../view/queue/queues.js'

const LOOKS: Partial<Record<JobState, string>> = {
  failed: 'bg-bad-wash text-bad',
  completed: 'bg-ok-wash text-ok',
  active: 'bg-accent/10 text-accent',
}

export function StateBadge({ state }: { state: JobState }) {
  return (
    <span className={`rounded-md px-2 py-0.5 text-xs font-medium ${LOOKS[state] ?? 'bg-track text-text'}`}>
      {STATE_NAMES[state]}
    </span>
  )
}
