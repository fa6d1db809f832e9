import { useState } from 'react'
import { isTimeWindow } from '../../api/time-window.js'
import { HISTORY_LIFE_MS } from '../../protocol/limits.js'
import { useNow } from '../api/hooks.js'
import { useHasArchive } from '../api/session.js'
import { changeScope, useTimeRange } from '../routing/route.js'
import { Field, INPUT } from './field.js'
import { FormDialog } from './form-dialog.js'
import { periodMs } from './period.js'

/** Asks from when to when charts, figures and lists go. */
export function WindowDialog({ onClose }: { onClose: () => void }) {
  const { period, window } = useTimeRange()
  const now = useNow()
  const [start] = useState(window ?? { from: now - periodMs(period), to: now })
  const [error, setError] = useState<Error | null>(null)
  const hasArchive = useHasArchive() === true
  const bound = hasArchive ? 'at most 400 days later' : 'at most an hour later'
  const submit = (fields: FormData) => {
    const asked = { from: timeOf(fields.get('from')), to: timeOf(fields.get('to')) }
    const isShort = hasArchive || asked.to - asked.from <= HISTORY_LIFE_MS
    if (!isTimeWindow(asked) || !isShort) return setError(new Error(`The end has to be after the start, ${bound}.`))
    changeScope(asked)
    onClose()
  }
  return (
    <FormDialog title="Window" confirm="Show" isBusy={false} error={error} onSubmit={submit} onClose={onClose}>
      <Field label="From">
        <input
          type="datetime-local"
          name="from"
          step="1"
          required
          defaultValue={localText(start.from)}
          className={INPUT}
        />
      </Field>
      <Field label="To" hint={hasArchive ? WITH_ARCHIVE : WITHOUT_ARCHIVE}>
        <input type="datetime-local" name="to" step="1" required defaultValue={localText(start.to)} className={INPUT} />
      </Field>
    </FormDialog>
  )
}

const WITH_ARCHIVE = 'At most 400 days later. Times before the last hour come from the archive.'
const WITHOUT_ARCHIVE =
  'At most an hour later, and within the last hour: this Zenith has no archive of what was before.'

/** What the field takes, in the reader's own zone: `2026-11-29T12:03:00`. */
function localText(at: number): string {
  const shifted = at - new Date(at).getTimezoneOffset() * 60_000
  return new Date(shifted).toISOString().slice(0, 19)
}

function timeOf(text: FormDataEntryValue | null): number {
  return new Date(String(text)).getTime()
}
