import { useState } from 'react'
import type { SchedulerDefinition } from '../../../protocol/jobs.js'
import type { QueueView, SchedulerView } from '../../../protocol/queue-views.js'
import { pretty } from '../../view/queue/pretty.js'
import { CodeArea, Field, INPUT, jsonProblem } from '../field.js'
import { FormDialog } from '../form-dialog.js'
import { amountOf } from '../queue/add-dialog.js'
import { useCronWords } from './use-cron-words.js'

interface SchedulerFormProps {
  /** What is edited; null for a new one. */
  before: SchedulerView | null
  /** Where a new one can be. */
  queues: readonly QueueView[]
  isBusy: boolean
  error: Error | null
  onSave: (queue: string, definition: SchedulerDefinition) => void
  onClose: () => void
}

/** Makes a scheduler, or puts another in its place. */
export function SchedulerForm({ before, queues, isBusy, error, onSave, onClose }: SchedulerFormProps) {
  const [problem, setProblem] = useState<Error | null>(null)
  const [kind, setKind] = useState<'cron' | 'every'>(before && before.cron === null ? 'every' : 'cron')
  const submit = (fields: FormData) => {
    const read = definitionOf(fields, before)
    setProblem('problem' in read ? new Error(read.problem) : null)
    if ('definition' in read) onSave(before?.queue ?? String(fields.get('queue')), read.definition)
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
            <option value="every">every so often</option>
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
      <Field label="Cron" hint={<span aria-live="polite">{words(cron) ?? 'not readable as a cron expression'}</span>}>
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
        <datalist id="time-zones">
          {Intl.supportedValuesOf('timeZone').map((zone) => (
            <option key={zone} value={zone} />
          ))}
        </datalist>
      </Field>
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

/** What was masked, cut or hidden can't be saved again: it would replace what is stored. */
function DataField({ before }: { before: SchedulerView | null }) {
  const data = before?.data
  const isWhole = !data || !(data.isCut || data.isHidden || data.masked > 0)
  const text = isWhole ? (data?.text ? pretty(data.text) : '{}') : ''
  return (
    <Field
      label="Data of its jobs"
      hint={
        isWhole
          ? 'JSON'
          : 'What is stored has parts that are not shown here: what you type takes the place of all of it.'
      }
    >
      <CodeArea name="data" required rows={4} defaultValue={text} />
    </Field>
  )
}

function OptionsField({ before }: { before: SchedulerView | null }) {
  return (
    <Field label="Options of its jobs" hint="JSON: attempts, backoff, priority …">
      <CodeArea name="options" required rows={3} defaultValue={JSON.stringify(before?.options ?? {}, null, 2)} />
    </Field>
  )
}

type Read = { definition: SchedulerDefinition } | { problem: string }

function definitionOf(fields: FormData, before: SchedulerView | null): Read {
  const text = (name: string) => String(fields.get(name) ?? '').trim()
  const isCron = text('kind') === 'cron'
  const problem = jsonProblem(text('data')) ?? jsonProblem(text('options'))
  if (problem) return { problem }
  const options: unknown = JSON.parse(text('options'))
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    return { problem: 'The options are a JSON object: { "attempts": 3 }.' }
  const seconds = amountOf(fields, 'every')
  return {
    definition: {
      id: before?.id ?? text('id'),
      name: text('name'),
      cron: isCron ? text('cron') : null,
      every: isCron || seconds === null ? null : Math.round(seconds * 1_000),
      timezone: (isCron && text('timezone')) || null,
      limit: before?.limit ?? null,
      from: before?.from ?? null,
      until: before?.until ?? null,
      data: text('data'),
      options: options as Readonly<Record<string, unknown>>,
    },
  }
}
