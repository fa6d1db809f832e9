import { useState } from 'react'
import { isTimeWindow } from '../../api/time-window.js'
import { useNow } from '../api/hooks.js'
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
  const submit = (fields: FormData) => {
    const asked = { from: timeOf(fields.get('from')), to: timeOf(fields.get('to')) }
    if (!isTimeWindow(asked)) return setError(new Error('The end has to be after the start, at most an hour later.'))
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
      <Field label="To" hint="At most an hour later. Figures go back one hour; slow requests may be older.">
        <input type="datetime-local" name="to" step="1" required defaultValue={localText(start.to)} className={INPUT} />
      </Field>
    </FormDialog>
  )
}

/** What the field takes, in the reader's own zone: `2026-11-29T12:03:00`. */
function localText(at: number): string {
  const shifted = at - new Date(at).getTimezoneOffset() * 60_000
  return new Date(shifted).toISOString().slice(0, 19)
}

function timeOf(text: FormDataEntryValue | null): number {
  return new Date(String(text)).getTime()
}
