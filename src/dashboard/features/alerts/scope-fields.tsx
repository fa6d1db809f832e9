import { METRICS } from '../../../api/alert-metrics.js'
import type { AlertScope } from '../../../api/alerts.js'
import type { Overview } from '../../../api/overview.js'
import { choicesOf } from '../../api/filter.js'
import { byName } from '../../ui/groups.js'
import { nodeName } from '../services/fleet.js'
import { type ConditionDraft, type RuleDraft, SCOPE_OF } from './rule-draft.js'
import { TypedField } from './typed-field.js'

interface ScopeFieldsProps {
  draft: RuleDraft
  overview: Overview
  set: (part: Partial<RuleDraft>) => void
}

const LABELS: Readonly<Record<keyof AlertScope, string>> = {
  services: 'Services',
  environments: 'Environments',
  hosts: 'Hosts',
  queues: 'Queues',
  routes: 'Routes',
  jobs: 'Jobs',
}

/** What the rule applies to, as patterns; those that the metric has. */
export function ScopeFields({ draft, overview, set }: ScopeFieldsProps) {
  const { subject } = METRICS[(draft.conditions[0] as ConditionDraft).metric]
  const keys = SCOPE_OF[subject]
  if (keys.length === 0) return null
  const known = namesOf(overview)
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1 text-xs font-medium">
        Applies to <span className="label font-normal">empty: all; separated by commas; * is any text</span>
      </legend>
      <div className="grid gap-3 sm:grid-cols-3">
        {keys.map((key) => (
          <div key={key} className="min-w-0">
            <TypedField
              label={LABELS[key]}
              value={draft.scope[key]}
              list={`scope-${key}`}
              placeholder="all"
              onChange={(text) => set({ scope: { ...draft.scope, [key]: text } })}
            />
            <datalist id={`scope-${key}`}>
              {(known[key] ?? []).map((name) => (
                <option key={name} value={name} />
              ))}
            </datalist>
          </div>
        ))}
      </div>
    </fieldset>
  )
}

/** What there is now, to choose from. */
function namesOf(overview: Overview): Readonly<Partial<Record<keyof AlertScope, readonly string[]>>> {
  const { services, environments } = choicesOf(overview)
  const distinct = (names: readonly string[]) => [...new Set(names)].sort(byName)
  return {
    services,
    environments,
    hosts: distinct(overview.nodes.map(nodeName)),
    queues: distinct(overview.queues.map(({ name }) => name)),
    routes: distinct(overview.services.flatMap(({ routes }) => routes.map(({ key }) => key))),
    jobs: distinct(overview.services.flatMap(({ jobSeries }) => jobSeries.map(({ key }) => key))),
  }
}
