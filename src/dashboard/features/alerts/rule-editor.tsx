import { Plus } from 'lucide-react'
import { useState } from 'react'
import { METRICS } from '../../../api/alert-metrics.js'
import { type AlertRuleView, MAX_CONDITIONS, SEVERITIES, type Severity } from '../../../api/alerts.js'
import { useReceivers, useRulesChange } from '../../api/alerts-api.js'
import { Button } from '../../ui/button.js'
import { Field } from '../../ui/field.js'
import { FormDialog } from '../../ui/form-dialog.js'
import type { AlertPartProps } from './alert-part.js'
import { Choice, ConditionFields } from './condition-fields.js'
import {
  type ConditionDraft,
  conditionDraft,
  type DraftProblems,
  draftOf,
  NEW_RULE,
  problemsOf,
  type RuleDraft,
  ruleOf,
  slug,
} from './rule-draft.js'
import { RulePreview } from './rule-preview.js'
import { ScopeFields } from './scope-fields.js'
import { TypedField } from './typed-field.js'

interface RuleEditorProps extends AlertPartProps {
  /** Null for a new one. */
  before: AlertRuleView | null
  rules: readonly AlertRuleView[]
  onClose: () => void
}

/** Makes a rule, or changes one, and shows how often it would have fired. */
export function RuleEditor({ before, rules, overview, say, onClose }: RuleEditorProps) {
  const [draft, setDraft] = useState<RuleDraft>(() => (before ? draftOf(before.rule) : NEW_RULE))
  const [isTried, setIsTried] = useState(false)
  const change = useRulesChange()
  const { rule, problems: own } = ruleOf(draft)
  const isTaken = !before && rule !== null && rules.some((one) => one.rule.id === rule.id)
  const taken: DraftProblems = isTaken ? { id: `There is a rule ${rule.id} already: choose another id` } : {}
  const refused = problemsOf(change.error)
  // What is not complete yet is no mistake until it is saved.
  const problems: DraftProblems = { ...refused, ...taken, ...(isTried ? own : onlyWrong(own)) }
  const set = (part: Partial<RuleDraft>) => {
    change.reset()
    setDraft({ ...draft, ...part })
  }
  const submit = () => {
    setIsTried(true)
    if (!rule || isTaken) return
    const done = () => {
      say({ isGood: true, text: `${rule.name} is saved` })
      onClose()
    }
    change.mutate({ action: 'save', rule }, { onSuccess: done })
  }
  return (
    <FormDialog
      title={before ? `${before.isLocked ? 'Override' : 'Edit'} ${before.rule.name}` : 'New rule'}
      confirm={before?.isLocked ? 'Override' : 'Save'}
      isBusy={change.isPending}
      error={Object.keys(refused).length > 0 ? null : change.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <Names draft={draft} isNew={before === null} problems={problems} set={set} />
      <Conditions draft={draft} problems={problems} set={set} />
      <RulePreview rule={rule && (rule.name === '' ? null : rule)} />
      <Times draft={draft} problems={problems} set={set} />
      <ScopeFields draft={draft} overview={overview} set={set} />
      <Told draft={draft} problems={problems} set={set} />
    </FormDialog>
  )
}

function onlyWrong(problems: DraftProblems): DraftProblems {
  return Object.fromEntries(Object.entries(problems).filter(([, words]) => !words.startsWith('is needed')))
}

export interface DraftPartProps {
  draft: RuleDraft
  problems: DraftProblems
  set: (part: Partial<RuleDraft>) => void
}

function Names({ draft, isNew, problems, set }: DraftPartProps & { isNew: boolean }) {
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <TypedField
        label="Name"
        value={draft.name}
        hint="in lists and messages"
        problem={problems.name}
        onChange={(name) => set({ name })}
      />
      <Choice
        label="Severity"
        value={draft.severity}
        options={SEVERITIES.map((one) => [one, one])}
        onChange={(severity) => set({ severity: severity as Severity })}
      />
      {isNew && (
        <TypedField
          label="Id"
          value={draft.id}
          placeholder={slug(draft.name)}
          hint="lower-case letters, digits and hyphens"
          problem={problems.id}
          onChange={(id) => set({ id })}
        />
      )}
    </div>
  )
}

function Conditions({ draft, problems, set }: DraftPartProps) {
  const { conditions } = draft
  const first = conditions[0] as ConditionDraft
  const { subject } = METRICS[first.metric]
  const replace = (index: number, next: ConditionDraft) => {
    const isOtherKind = index === 0 && METRICS[next.metric].subject !== subject
    // All are about one kind of subject: those of another are gone with it.
    set({ conditions: isOtherKind ? [next] : conditions.map((one, at) => (at === index ? next : one)) })
  }
  return (
    <div className="flex flex-col gap-2">
      {conditions.map((condition, index) => (
        <ConditionFields
          // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no other name
          key={index}
          condition={condition}
          index={index}
          problems={problems}
          kind={index === 0 ? null : subject}
          onChange={(next) => replace(index, next)}
          onRemove={
            conditions.length > 1 ? () => set({ conditions: conditions.filter((_, at) => at !== index) }) : null
          }
        />
      ))}
      {conditions.length < MAX_CONDITIONS && (
        <div>
          <Button kind="quiet" onClick={() => set({ conditions: [...conditions, conditionDraft(first.metric)] })}>
            <Plus className="size-3.5" aria-hidden="true" />
            Or another condition
          </Button>
        </div>
      )}
    </div>
  )
}

const TIMES = [
  ['forMs', 'Fires after', 'so long it has to be met'],
  ['clearForMs', 'Resolved after', 'so long it has to be clear'],
  ['cooldownMs', 'Cooldown', 'between two messages'],
  ['remindMs', 'Reminds every', 'empty: never'],
] as const

function Times({ draft, problems, set }: DraftPartProps) {
  return (
    <div className="grid grid-cols-2 gap-3 sm:grid-cols-4">
      {TIMES.map(([name, label, hint]) => (
        <TypedField
          key={name}
          label={label}
          value={draft[name]}
          hint={hint}
          problem={problems[name]}
          onChange={(text) => set({ [name]: text })}
        />
      ))}
    </div>
  )
}

function Told({ draft, problems, set }: DraftPartProps) {
  const known = useReceivers().data?.items.filter(({ kind }) => kind !== 'heartbeat') ?? []
  // Kept in the list, so that a deleted one can be left out.
  const [named] = useState(draft.receivers)
  const lost = named.filter((id) => known.every((one) => one.id !== id)).map((id) => ({ id, name: `${id} (deleted)` }))
  const receivers = [...known, ...lost]
  const toggle = (id: string, isOn: boolean) =>
    set({ receivers: isOn ? [...draft.receivers, id] : draft.receivers.filter((one) => one !== id) })
  return (
    <>
      {receivers.length > 0 && (
        <fieldset>
          <legend className="mb-1 text-xs font-medium">
            Receivers <span className="label font-normal">none chosen: all that take its severity</span>
          </legend>
          <div className="flex flex-wrap gap-x-4 gap-y-2">
            {receivers.map(({ id, name }) => (
              <label key={id} className="inline-flex min-w-0 items-center gap-1.5 text-[0.8125rem]">
                <input
                  type="checkbox"
                  checked={draft.receivers.includes(id)}
                  className="size-4 accent-accent"
                  onChange={(event) => toggle(id, event.target.checked)}
                />
                <span className="truncate">{name}</span>
              </label>
            ))}
          </div>
          {problems.receivers && <p className="text-xs text-bad">{problems.receivers}</p>}
        </fieldset>
      )}
      <Field label="Note" hint="what to do; in each message, may have a link">
        <textarea
          rows={2}
          maxLength={2_000}
          value={draft.note}
          className="w-full rounded-lg border border-line bg-panel p-2.5 hover:border-line-strong"
          onChange={(event) => set({ note: event.target.value })}
        />
      </Field>
      <label className="inline-flex items-center gap-2 text-[0.8125rem]">
        <input
          type="checkbox"
          checked={draft.enabled}
          className="size-4 accent-accent"
          onChange={(event) => set({ enabled: event.target.checked })}
        />
        The rule is evaluated
      </label>
    </>
  )
}
