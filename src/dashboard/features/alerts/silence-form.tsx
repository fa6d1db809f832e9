import { useState } from 'react'
import { WEEKDAYS } from '../../../api/alerts.js'
import type { SilencesChangeInput } from '../../../api/changes.js'
import { useAlertRules, useSilencesChange } from '../../api/alerts-api.js'
import { Field, INPUT } from '../../ui/field.js'
import { FormDialog } from '../../ui/form-dialog.js'
import type { AlertPartProps } from './alert-part.js'
import { EndField, endOf } from './end-field.js'
import { patternsOf } from './rule-draft.js'
import { DAY_NAMES, type SilencePatterns } from './words.js'

interface SilenceFormProps extends Pick<AlertPartProps, 'say'> {
  onClose: () => void
}

const PATTERNS = [
  ['rules', 'Rules', 'ids; empty: all rules'],
  ['services', 'Services', 'empty: all'],
  ['hosts', 'Hosts', 'empty: all'],
  ['nodes', 'Nodes', 'ids; empty: all'],
  ['queues', 'Queues', 'names or keys; empty: all'],
] as const

/** Silences what patterns match, until a time or at a time of each week. */
export function SilenceForm({ say, onClose }: SilenceFormProps) {
  const change = useSilencesChange()
  const [isWeekly, setIsWeekly] = useState(false)
  const [problem, setProblem] = useState<Error | null>(null)
  const submit = (fields: FormData) => {
    const read = silenceOf(fields, isWeekly, Date.now())
    setProblem(typeof read === 'string' ? new Error(read) : null)
    if (typeof read === 'string') return
    const done = () => {
      say({ isGood: true, text: isWeekly ? 'The maintenance is planned' : 'The silence has begun' })
      onClose()
    }
    change.mutate({ action: 'add', silence: read }, { onSuccess: done })
  }
  return (
    <FormDialog
      title="New silence"
      confirm={isWeekly ? 'Plan maintenance' : 'Silence'}
      isBusy={change.isPending}
      error={problem ?? change.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label="Reason" hint="all users can read it">
        <input name="reason" required maxLength={500} autoComplete="off" className={INPUT} />
      </Field>
      <Scope />
      <Field label="When">
        <select
          className={INPUT}
          value={isWeekly ? 'weekly' : 'once'}
          onChange={(event) => setIsWeekly(event.target.value === 'weekly')}
        >
          <option value="once">from now on</option>
          <option value="weekly">every week, as a maintenance</option>
        </select>
      </Field>
      {isWeekly ? <WeeklyFields /> : <EndField />}
    </FormDialog>
  )
}

function Scope() {
  const rules = useAlertRules().data?.items ?? []
  return (
    <fieldset className="flex min-w-0 flex-col gap-2">
      <legend className="mb-1 text-xs font-medium">
        What <span className="label font-normal">separated by commas; * is any text; all of them have to match</span>
      </legend>
      <div className="grid gap-3 sm:grid-cols-2">
        {PATTERNS.map(([name, label, hint]) => (
          <Field key={name} label={label} hint={hint}>
            <input
              name={name}
              list={name === 'rules' ? 'alert-rules' : undefined}
              autoComplete="off"
              spellCheck={false}
              className={INPUT}
            />
          </Field>
        ))}
      </div>
      <datalist id="alert-rules">
        {rules.map(({ rule: { id, name } }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </datalist>
    </fieldset>
  )
}

function WeeklyFields() {
  return (
    <>
      <fieldset>
        <legend className="mb-1 text-xs font-medium">Begins on</legend>
        <div className="flex flex-wrap gap-x-4 gap-y-2">
          {WEEKDAYS.map((day) => (
            <label key={day} className="inline-flex items-center gap-1.5 text-[0.8125rem]">
              <input type="checkbox" name="days" value={day} className="size-4 accent-accent" />
              {DAY_NAMES[day]}
            </label>
          ))}
        </div>
      </fieldset>
      <div className="grid gap-3 sm:grid-cols-3">
        <Field label="From">
          <input name="from" type="time" required defaultValue="02:00" className={INPUT} />
        </Field>
        <Field label="Length" hint="minutes">
          <input
            name="minutes"
            type="number"
            required
            min="1"
            max="10080"
            step="1"
            defaultValue="60"
            className={INPUT}
          />
        </Field>
        <Field label="Time zone" hint="summer time is kept">
          <input
            name="timeZone"
            list="time-zones"
            required
            autoComplete="off"
            spellCheck={false}
            defaultValue={Intl.DateTimeFormat().resolvedOptions().timeZone}
            className={INPUT}
          />
        </Field>
      </div>
      <datalist id="time-zones">
        {Intl.supportedValuesOf('timeZone').map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
    </>
  )
}

type NewSilence = Extract<SilencesChangeInput, { action: 'add' }>['silence']

/** @returns an error in words for what is not complete */
function silenceOf(fields: FormData, isWeekly: boolean, now: number): NewSilence | string {
  const text = (name: string) => String(fields.get(name) ?? '').trim()
  const scope = Object.fromEntries(PATTERNS.map(([name]) => [name, patternsOf(text(name))])) as SilencePatterns
  if (Object.values(scope).every((list) => list.length === 0))
    return 'Say what is silenced: at least one of the five fields. For everything, write * as the rule.'
  const weekly = isWeekly ? weeklyOf(fields, text) : null
  if (weekly?.days.length === 0) return 'Choose at least one day.'
  const until = isWeekly ? null : endOf(fields, now)
  if (!isWeekly && until === null) return 'Choose an end in the future.'
  return { reason: text('reason'), ...scope, until, weekly }
}

function weeklyOf(fields: FormData, text: (name: string) => string) {
  const chosen = fields.getAll('days')
  return {
    days: WEEKDAYS.filter((day) => chosen.includes(day)),
    from: text('from'),
    minutes: Number(text('minutes')),
    timeZone: text('timeZone'),
  }
}
