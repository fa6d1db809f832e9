import type { LookedAt } from '../../../protocol/jobs.js'
import type { JobState } from '../../../protocol/queues.js'
import { Button } from '../../ui/button.js'
import { exact } from '../../ui/format.js'
import { stateWord } from '../queues/queues.js'

interface LookedNoteProps {
  partial: LookedAt
  state: JobState
  onGoOn: () => void
}

/** How far a list that several queues share was looked through. */
export function LookedNote({ partial: { looked, total }, state, onGoOn }: LookedNoteProps) {
  return (
    <div role="status" className="label flex flex-wrap items-center gap-3 border-t border-line px-4 py-2">
      Zenith checked the newest {exact(looked)} of {exact(total)} {stateWord(state)} jobs of all queues: older ones may
      belong to this queue, too.
      <Button onClick={onGoOn}>Check more</Button>
    </div>
  )
}
