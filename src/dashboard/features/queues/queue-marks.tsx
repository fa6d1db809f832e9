import { Lock, Pause } from 'lucide-react'
import type { QueueView } from '../../../api/queues.js'

/** What holds of a queue as a whole, in a word each. */
export function QueueMarks({ queue: { paused, readOnly } }: { queue: Pick<QueueView, 'paused' | 'readOnly'> }) {
  return (
    <>
      {paused && (
        <span className="inline-flex shrink-0 items-center gap-1 rounded-md bg-warn-wash px-1.5 py-0.5 text-xs font-medium text-warn">
          <Pause className="size-3" aria-hidden="true" />
          paused
        </span>
      )}
      {readOnly && (
        <span
          title="This Zenith is configured not to change it"
          className="inline-flex shrink-0 items-center gap-1 rounded-md bg-raised px-1.5 py-0.5 text-xs text-soft"
        >
          <Lock className="size-3" aria-hidden="true" />
          read only
        </span>
      )}
    </>
  )
}
