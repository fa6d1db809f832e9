import { X } from 'lucide-react'
import { METRIC_IDS, METRICS, type Metric, SUBJECT_KINDS, type SubjectKind } from '../../../api/alert-metrics.js'
import { AGGREGATES, type Aggregate, COMPARISONS, type Comparison } from '../../../api/alerts.js'
import { Button } from '../../ui/button.js'
import { Field, INPUT } from '../../ui/field.js'
import { capital } from '../../ui/format.js'
import { type ConditionDraft, conditionDraft, type DraftProblems, isShare } from './rule-draft.js'
import { TypedField } from './typed-field.js'
import { unitHint } from './values.js'
import { COMPARED } from './words.js'

const KIND_NAMES: Readonly<Record<SubjectKind, string>> = {
  fleet: 'The fleet',
  host: 'Hosts',
  node: 'Nodes',
  service: 'Services',
  route: 'Routes',
  job: 'Jobs',
  queue: 'Queues',
}

const OVER_NAMES: Readonly<Record<Aggregate, string>> = {
  each: 'each node',
  max: 'highest of the service',
  min: 'lowest of the service',
  mean: 'mean of the service',
  sum: 'sum of the service',
}

interface ConditionFieldsProps {
  condition: ConditionDraft
  index: number
  problems: DraftProblems
  /** All conditions are about one kind of subject: that of the first. */
  kind: SubjectKind | null
  onChange: (condition: ConditionDraft) => void
  /** Null where it is the only one. */
  onRemove: (() => void) | null
}

/** A metric, and what is too much of it. */
export function ConditionFields({ condition, index, problems, kind, onChange, onRemove }: ConditionFieldsProps) {
  const { metric, over, is, threshold, clear, minCount } = condition
  const { unit, description, subject } = METRICS[metric]
  const problem = (name: string) => problems[`conditions.${index}.${name}`]
  const wrong = problem('metric') ?? problem('over')
  const choose = (next: Metric) =>
    onChange(isAlike(next, metric) ? { ...condition, metric: next } : { ...conditionDraft(next), over })
  return (
    <fieldset className="flex min-w-0 flex-col gap-3 rounded-lg border border-line p-3">
      <legend className="sr-only">Condition {index + 1}</legend>
      <div className="flex items-end gap-2">
        <div className="min-w-0 flex-1">
          <Field label="Metric" hint={wrong ? <span className="text-bad">{wrong}</span> : description}>
            <select className={INPUT} value={metric} onChange={(event) => choose(event.target.value as Metric)}>
              {SUBJECT_KINDS.filter((one) => kind === null || one === kind).map((one) => (
                <optgroup key={one} label={KIND_NAMES[one]}>
                  {METRIC_IDS.filter((id) => METRICS[id].subject === one).map((id) => (
                    <option key={id} value={id}>
                      {capital(METRICS[id].label)}
                    </option>
                  ))}
                </optgroup>
              ))}
            </select>
          </Field>
        </div>
        {onRemove && (
          <Button kind="quiet" aria-label={`Remove condition ${index + 1}`} className="mb-5 h-9" onClick={onRemove}>
            <X className="size-4" aria-hidden="true" />
          </Button>
        )}
      </div>
      <div className="grid grid-cols-2 gap-3 sm:grid-cols-3">
        {subject === 'node' && (
          <Choice
            label="Of"
            value={over}
            options={AGGREGATES.map((one) => [one, OVER_NAMES[one]])}
            onChange={(next) => onChange({ ...condition, over: next as Aggregate })}
          />
        )}
        <Choice
          label="Is"
          value={is}
          options={COMPARISONS.map((one) => [one, COMPARED[one]])}
          onChange={(next) => onChange({ ...condition, is: next as Comparison })}
        />
        <TypedField
          label="Threshold"
          value={threshold}
          hint={unitHint(unit)}
          problem={problem('threshold')}
          onChange={(text) => onChange({ ...condition, threshold: text })}
        />
        <TypedField
          label="Clear at"
          value={clear}
          hint="empty: the threshold"
          problem={problem('clear')}
          onChange={(text) => onChange({ ...condition, clear: text })}
        />
        {isShare(metric) && (
          <TypedField
            label="At least"
            value={minCount}
            hint="failures; empty: 1"
            problem={problem('minCount')}
            onChange={(text) => onChange({ ...condition, minCount: text })}
          />
        )}
      </div>
    </fieldset>
  )
}

/** Whether a threshold of one metric may mean something for another. */
function isAlike(one: Metric, other: Metric): boolean {
  return METRICS[one].unit === METRICS[other].unit && METRICS[one].isBadWhen === METRICS[other].isBadWhen
}

interface ChoiceProps {
  label: string
  value: string
  options: readonly (readonly [value: string, name: string])[]
  onChange: (value: string) => void
}

export function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <Field label={label}>
      <select className={INPUT} value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map(([one, name]) => (
          <option key={one} value={one}>
            {name}
          </option>
        ))}
      </select>
    </Field>
  )
}
