import { useState } from 'react'
import { type Freeze, MAX_FREEZE_MS, MAX_FREEZE_REASON_CHARS } from '../../../api/freeze.js'
import { useFreezeChange } from '../../api/freeze-api.js'
import { Field, INPUT } from '../../ui/field.js'
import { FormDialog } from '../../ui/form-dialog.js'

const HOUR_MS = 3_600_000

interface FreezeFormProps {
  /** What it replaces; null for a new one. */
  before: Freeze | null
  onClose: () => void
}

/** Freezes changes from now or a later time on. */
export function FreezeForm({ before, onClose }: FreezeFormProps) {
  const change = useFreezeChange()
  const [problem, setProblem] = useState<Error | null>(null)
  const [now] = useState(() => Date.now())
  const submit = (fields: FormData) => {
    const read = freezeOf(fields, Date.now())
    setProblem(typeof read === 'string' ? new Error(read) : null)
    if (typeof read === 'string') return
    change.mutate({ action: 'set', ...read }, { onSuccess: onClose })
  }
  const from = before && before.from > now ? localTime(before.from) : ''
  return (
    <FormDialog
      title={before ? 'Change the freeze' : 'Freeze changes'}
      confirm={before ? 'Save' : 'Freeze changes'}
      isBusy={change.isPending}
      error={problem ?? change.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <p className="text-soft">
        Until its end nobody can change queues, jobs, schedulers, nodes or the archive with Zenith. Apps and their
        workers go on. Running bulk operations stop, and can be resumed later.
      </p>
      <Field label="Reason" hint="all users can read it">
        <input
          name="reason"
          required
          maxLength={MAX_FREEZE_REASON_CHARS}
          autoComplete="off"
          className={INPUT}
          defaultValue={before?.reason}
        />
      </Field>
      <div className="grid gap-3 sm:grid-cols-2">
        <Field label="Start" hint="empty: now">
          <input name="from" type="datetime-local" className={INPUT} defaultValue={from} />
        </Field>
        <Field label="End" hint="by the clock of this device; 30 days at most">
          <input
            name="until"
            type="datetime-local"
            required
            className={INPUT}
            defaultValue={localTime(before?.until ?? now + 24 * HOUR_MS)}
          />
        </Field>
      </div>
    </FormDialog>
  )
}

/** The freeze of a form, or a readable error. */
function freezeOf(fields: FormData, now: number): { from: number | null; until: number; reason: string } | string {
  const text = (name: string) => String(fields.get(name) ?? '').trim()
  const from = text('from') === '' ? null : Date.parse(text('from'))
  const until = Date.parse(text('until'))
  const reason = text('reason')
  const start = Math.max(from ?? now, now)
  if (reason === '') return 'Enter a reason.'
  if (!(until > start)) return 'The end has to be after the start, and in the future.'
  return until - start > MAX_FREEZE_MS ? 'A freeze lasts at most 30 days.' : { from, until, reason }
}

/** `2026-12-01T08:00`, by the clock of this device */
function localTime(at: number): string {
  return new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
