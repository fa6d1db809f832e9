import { useState } from 'react'
import type { QueueView } from '../../../api/queues.js'
import type { NewJob } from '../../../protocol/jobs.js'
import { amountOf, CodeArea, Field, INPUT, jsonProblem } from '../../ui/field.js'
import { FormDialog } from '../../ui/form-dialog.js'

interface AddDialogProps {
  queue: QueueView
  isBusy: boolean
  error: Error | null
  onAdd: (job: NewJob) => void
  onClose: () => void
}

/** Adds one job. */
export function AddDialog({ queue, isBusy, error, onAdd, onClose }: AddDialogProps) {
  const [problem, setProblem] = useState<Error | null>(null)
  const submit = (fields: FormData) => {
    const data = String(fields.get('data'))
    const wrong = jsonProblem(data)
    setProblem(wrong ? new Error(wrong) : null)
    if (wrong) return
    const seconds = amountOf(fields, 'delay')
    onAdd({
      name: String(fields.get('name')),
      data,
      delay: seconds === null ? null : Math.round(seconds * 1_000),
      priority: amountOf(fields, 'priority'),
      attempts: amountOf(fields, 'attempts'),
    })
  }
  return (
    <FormDialog
      title={`Add a job to ${queue.name}`}
      confirm={`Add to ${queue.name}`}
      isBusy={isBusy}
      error={problem ?? error}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label="Name">
        <input name="name" required autoComplete="off" spellCheck={false} className={INPUT} />
      </Field>
      <Field label="Data" hint="JSON">
        <CodeArea name="data" defaultValue="{}" />
      </Field>
      <div className="grid grid-cols-3 gap-3">
        <Field label="Delay" hint="seconds">
          <input name="delay" type="number" min="0" step="any" className={INPUT} />
        </Field>
        <Field label="Priority" hint="the system’s own">
          <input name="priority" type="number" min="0" step="1" className={INPUT} />
        </Field>
        <Field label="Attempts" hint="at most">
          <input name="attempts" type="number" min="1" step="1" className={INPUT} />
        </Field>
      </div>
    </FormDialog>
  )
}
