import type { JobPlace } from '../../../protocol/jobs.js'
import { placeName } from '../queues/queues.js'

const LOOKS: Partial<Record<JobPlace, string>> = {
  stuck: 'bg-bad-wash text-bad',
  failed: 'bg-bad-wash text-bad',
  completed: 'bg-ok-wash text-ok',
  active: 'bg-accent/10 text-accent',
}

export function StateBadge({ state }: { state: JobPlace }) {
  return (
    <span className={`rounded-md px-2 py-0.5 text-xs font-medium ${LOOKS[state] ?? 'bg-track text-text'}`}>
      {placeName(state)}
    </span>
  )
}
