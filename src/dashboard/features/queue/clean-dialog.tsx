import { useState } from 'react'
import type { QueueView } from '../../../api/queues.js'
import type { JobState } from '../../../protocol/queues.js'
import { Field, INPUT } from '../../ui/field.js'
import { FormDialog } from '../../ui/form-dialog.js'
import { count } from '../../ui/format.js'
import type { Wanted } from '../../ui/typed-word.js'
import { JOB_STATE_LIST, stateWord } from '../queues/queues.js'

interface CleanDialogProps {
  queue: QueueView
  /** The state that is looked at. */
  state: JobState
  /** What has to be typed first; null for nothing. */
  wanted: Wanted | null
  isBusy: boolean
  error: Error | null
  onClean: (asked: { state: JobState; olderThanMs: number; limit: number }) => void
  onClose: () => void
}

const AGES = [
  [0, 'of any age'],
  [3_600_000, 'older than 1 h'],
  [24 * 3_600_000, 'older than 1 day'],
  [7 * 24 * 3_600_000, 'older than 7 days'],
  [30 * 24 * 3_600_000, 'older than 30 days'],
] as const

/** A running job is its worker's. */
const CAN_BE_CLEANED: readonly JobState[] = JOB_STATE_LIST.filter(
  (state) => state !== 'active' && state !== 'waitingChildren',
)

/** Removes old jobs of one state, the oldest first. */
export function CleanDialog({ queue, state, wanted, isBusy, error, onClean, onClose }: CleanDialogProps) {
  const states = CAN_BE_CLEANED.filter((one) => queue.states.includes(one))
  const [chosen, setChosen] = useState<JobState>(states.includes(state) ? state : (states.at(-1) ?? 'completed'))
  const [age, setAge] = useState<number>(24 * 3_600_000)
  const [limit, setLimit] = useState(1_000)
  const ageWords = AGES.find(([ms]) => ms === age)?.[1] ?? ''
  return (
    <FormDialog
      title={`Clean ${queue.name}`}
      confirm={`Remove up to ${count(limit)} ${stateWord(chosen)} jobs ${ageWords}`}
      isDanger
      wanted={wanted}
      isBusy={isBusy}
      error={error}
      onSubmit={() => onClean({ state: chosen, olderThanMs: age, limit })}
      onClose={onClose}
    >
      <p className="text-soft">This removes the oldest first, with data, result and logs. You can’t undo this.</p>
      <div className="grid gap-3 sm:grid-cols-3">
        <Field label="Jobs that are">
          <select className={INPUT} value={chosen} onChange={(event) => setChosen(event.target.value as JobState)}>
            {states.map((one) => (
              <option key={one} value={one}>
                {stateWord(one)} ({count(queue.metrics[one])})
              </option>
            ))}
          </select>
        </Field>
        <Field label="Age">
          <select className={INPUT} value={age} onChange={(event) => setAge(Number(event.target.value))}>
            {AGES.map(([ms, words]) => (
              <option key={ms} value={ms}>
                {words}
              </option>
            ))}
          </select>
        </Field>
        <Field label="At most">
          <input
            type="number"
            required
            min="1"
            max="100000"
            step="1"
            className={INPUT}
            value={limit || ''}
            onChange={(event) => setLimit(Number(event.target.value))}
          />
        </Field>
      </div>
    </FormDialog>
  )
}
