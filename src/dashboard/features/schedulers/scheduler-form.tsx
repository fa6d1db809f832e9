import { useState } from 'react'
import type { EditedDefinition } from '../../../api/changes.js'
import type { QueueView } from '../../../api/queues.js'
import type { SchedulerView } from '../../../api/schedulers.js'
import { amountOf, CodeArea, Field, INPUT, jsonProblem } from '../../ui/field.js'
import { FormDialog } from '../../ui/form-dialog.js'
import { pretty, splitMasked } from '../../ui/pretty.js'
import { useCronWords } from './use-cron-words.js'

interface SchedulerFormProps {
  /** What is edited; null for a new one. */
  before: SchedulerView | null
  /** Where a new one can be. */
  queues: readonly QueueView[]
  isBusy: boolean
  error: Error | null
  onSave: (where: { queue: string; id: string }, definition: EditedDefinition) => void
  onClose: () => void
}

/** Makes a scheduler, or puts another in its place. */
export function SchedulerForm({ before, queues, isBusy, error, onSave, onClose }: SchedulerFormProps) {
  const [problem, setProblem] = useState<Error | null>(null)
  const [kind, setKind] = useState<'cron' | 'every'>(before && before.cron === null ? 'every' : 'cron')
  const submit = (fields: FormData) => {
    const read = definitionOf(fields, before)
    setProblem('problem' in read ? new Error(read.problem) : null)
    if (!('definition' in read)) return
    const { queue, id } = before ?? { queue: String(fields.get('queue')), id: String(fields.get('id')).trim() }
    onSave({ queue, id }, read.definition)
  }
  return (
    <FormDialog
      title={before ? `Edit ${before.id} of ${before.queueName}` : 'New scheduler'}
      confirm={before ? `Save ${before.id}` : 'Create scheduler'}
      isBusy={isBusy}
      error={problem ?? error}
      onSubmit={submit}
      onClose={onClose}
    >
      {!before && <Place queues={queues} />}
      <div className="grid gap-3 sm:grid-cols-2">
        {!before && (
          <Field label="Id" hint="of the scheduler">
            <input name="id" required autoComplete="off" spellCheck={false} className={INPUT} />
          </Field>
        )}
        <Field label="Job name">
          <input
            name="name"
            required
            autoComplete="off"
            spellCheck={false}
            defaultValue={before?.name}
            className={INPUT}
          />
        </Field>
        <Field label="Repeats">
          <select
            name="kind"
            className={INPUT}
            value={kind}
            onChange={(event) => setKind(event.target.value as 'cron')}
          >
            <option value="cron">by a cron expression</option>
            <option value="every">at a fixed interval</option>
          </select>
        </Field>
      </div>
      {kind === 'cron' ? <CronFields before={before} /> : <EveryField before={before} />}
      <DataField before={before} />
      <OptionsField before={before} />
    </FormDialog>
  )
}

function Place({ queues }: { queues: readonly QueueView[] }) {
  return (
    <Field label="Queue">
      <select name="queue" className={INPUT}>
        {queues.map(({ key, name, place }) => (
          <option key={key} value={key}>
            {name} ({place})
          </option>
        ))}
      </select>
    </Field>
  )
}

function CronFields({ before }: { before: SchedulerView | null }) {
  const words = useCronWords()
  const [cron, setCron] = useState(before?.cron ?? '0 6 * * *')
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <Field label="Cron" hint={<span aria-live="polite">{words(cron) ?? 'not a valid cron expression'}</span>}>
        <input
          name="cron"
          required
          autoComplete="off"
          spellCheck={false}
          value={cron}
          className={`${INPUT} font-mono`}
          onChange={(event) => setCron(event.target.value)}
        />
      </Field>
      <Field label="Time zone" hint="empty: the server’s">
        <input
          name="timezone"
          list="time-zones"
          autoComplete="off"
          spellCheck={false}
          defaultValue={before?.timezone ?? ''}
          placeholder="Europe/Berlin"
          className={INPUT}
        />
      </Field>
      <datalist id="time-zones">
        {Intl.supportedValuesOf('timeZone').map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
    </div>
  )
}

function EveryField({ before }: { before: SchedulerView | null }) {
  return (
    <Field label="Every" hint="seconds">
      <input
        name="every"
        type="number"
        required
        min="0.001"
        step="any"
        defaultValue={before?.every ? before.every / 1_000 : 900}
        className={INPUT}
      />
    </Field>
  )
}

/** What was masked, cut or hidden is not in the field: saved as it is shown, it would replace what is stored. */
function dataText({ data }: SchedulerView): string | null {
  if (data.isCut || data.isHidden || data.masked > 0) return null
  return data.text === null ? '{}' : pretty(data.text)
}

function optionsText({ options }: SchedulerView): string | null {
  const text = JSON.stringify(options ?? {}, null, 2)
  return splitMasked(text).length > 1 ? null : text
}

const KEPT = 'The stored value has parts that this form can’t show: leave this empty to keep it.'

function DataField({ before }: { before: SchedulerView | null }) {
  const text = before ? dataText(before) : '{}'
  return (
    <Field label="Data of its jobs" hint={text === null ? KEPT : 'JSON'}>
      <CodeArea name="data" required={text !== null} rows={4} defaultValue={text ?? ''} />
    </Field>
  )
}

function OptionsField({ before }: { before: SchedulerView | null }) {
  const text = before ? optionsText(before) : '{}'
  return (
    <Field label="Options of its jobs" hint={text === null ? KEPT : 'JSON: attempts, backoff, priority …'}>
      <CodeArea name="options" required={text !== null} rows={3} defaultValue={text ?? ''} />
    </Field>
  )
}

type Read = { definition: EditedDefinition } | { problem: string }

function definitionOf(fields: FormData, before: SchedulerView | null): Read {
  const text = (name: string) => String(fields.get(name) ?? '').trim()
  const isCron = text('kind') === 'cron'
  const data = editedText(fields, 'data', before, dataText)
  const options = optionsOf(editedText(fields, 'options', before, optionsText))
  const problem = (data && jsonProblem(data)) ?? (typeof options === 'string' ? options : null)
  if (problem || typeof options === 'string') return { problem: problem ?? '' }
  const seconds = amountOf(fields, 'every')
  return {
    definition: {
      name: text('name'),
      cron: isCron ? text('cron') : null,
      every: isCron || seconds === null ? null : Math.round(seconds * 1_000),
      timezone: (isCron && text('timezone')) || null,
      limit: before?.limit ?? null,
      from: before?.from ?? null,
      until: before?.until ?? null,
      data,
      options,
    },
  }
}

/** Null where it stays as it is stored: it is laid out here. @param shown what the field began with */
function editedText(
  fields: FormData,
  name: string,
  before: SchedulerView | null,
  shown: (scheduler: SchedulerView) => string | null,
): string | null {
  const text = String(fields.get(name) ?? '')
  return text.trim() === '' || (before && text === shown(before)) ? null : text
}

/** Null for none; a text says what is wrong with them. */
function optionsOf(text: string | null): Readonly<Record<string, unknown>> | null | string {
  if (!text) return null
  const problem = jsonProblem(text)
  if (problem) return problem
  const options: unknown = JSON.parse(text)
  const isObject = typeof options === 'object' && options !== null && !Array.isArray(options)
  return isObject ? (options as Record<string, unknown>) : 'The options are a JSON object: { "attempts": 3 }.'
}
