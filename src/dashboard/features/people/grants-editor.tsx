import { Plus, X } from 'lucide-react'
import { useRef } from 'react'
import { MAX_GRANTS } from '../../../api/people.js'
import { useClusterInfos } from '../../api/clusters.js'
import { Button } from '../../ui/button.js'
import { Field, INPUT } from '../../ui/field.js'
import { type GrantDraft, nameOfCluster, newDraft } from './grants.js'

/** What there is to choose from. */
export interface GrantChoices {
  readonly roles: readonly string[]
  /** Ids. */
  readonly clusters: readonly string[]
}

interface GrantsEditorProps extends GrantChoices {
  grants: readonly GrantDraft[]
  /** What it means if there is none. */
  none: string
  onChange: (grants: readonly GrantDraft[]) => void
}

/** Edits what a user, a group or a token is allowed: roles, and where each applies. */
export function GrantsEditor({ grants, none, onChange, ...choices }: GrantsEditorProps) {
  const list = useRef<HTMLFieldSetElement>(null)
  const add = useRef<HTMLButtonElement>(null)
  const addGrant = () => {
    onChange([...grants, newDraft()])
    // The new one is drawn by then.
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>('li:last-of-type select')?.focus())
  }
  const remove = (key: number) => {
    onChange(grants.filter((grant) => grant.key !== key))
    add.current?.focus()
  }
  return (
    <fieldset ref={list} className="flex min-w-0 flex-col gap-2">
      <legend className="mb-1 text-xs font-medium">Rights</legend>
      {grants.length === 0 && <p className="label">{none}</p>}
      <ul className="flex flex-col gap-2 empty:hidden">
        {grants.map((grant, index) => (
          <GrantFields
            key={grant.key}
            grant={grant}
            name={`right ${index + 1}`}
            {...choices}
            onChange={(change) => onChange(grants.map((one) => (one.key === grant.key ? { ...one, ...change } : one)))}
            onRemove={() => remove(grant.key)}
          />
        ))}
      </ul>
      <div>
        <Button ref={add} disabled={grants.length >= MAX_GRANTS} onClick={addGrant}>
          <Plus className="size-3.5" aria-hidden="true" />
          Add a right
        </Button>
      </div>
    </fieldset>
  )
}

interface GrantFieldsProps extends GrantChoices {
  grant: GrantDraft
  /** For screen readers. */
  name: string
  onChange: (change: Partial<GrantDraft>) => void
  onRemove: () => void
}

function GrantFields({ grant, name, roles, clusters, onChange, onRemove }: GrantFieldsProps) {
  const { role, cluster, isForAll, queues } = grant
  const infos = useClusterInfos()
  return (
    <li className="flex items-start gap-2 rounded-lg border border-line p-2.5">
      {/* biome-ignore lint/a11y/useSemanticElements: it is within the fieldset of all of them */}
      <div role="group" aria-label={name} className="grid min-w-0 flex-1 gap-2.5 sm:grid-cols-3">
        <Field label="Role">
          <Choice value={role} options={roles} onChoose={(next) => onChange({ role: next })} />
        </Field>
        <Field label="Cluster">
          <Choice
            value={cluster}
            options={['*', ...clusters]}
            nameOf={(id) => (id === '*' ? 'all clusters' : nameOfCluster(infos, id))}
            onChoose={(next) => onChange({ cluster: next })}
          />
        </Field>
        <Field label="Queues">
          <Choice
            value={isForAll ? 'all' : 'some'}
            options={['all', 'some']}
            nameOf={(which) => (which === 'all' ? 'all queues' : 'some queues')}
            onChoose={(which) => onChange({ isForAll: which === 'all' })}
          />
        </Field>
        {!isForAll && (
          <div className="sm:col-span-3">
            <Field label="Names or keys" hint="separated by commas; * is any text">
              <input
                required
                pattern=".*[^\s,].*"
                title="at least one name, key or pattern"
                autoComplete="off"
                spellCheck={false}
                placeholder="mail*, orders"
                value={queues}
                className={INPUT}
                onChange={(event) => onChange({ queues: event.target.value })}
              />
            </Field>
          </div>
        )}
      </div>
      <button
        type="button"
        aria-label={`Remove ${name}`}
        title={`Remove ${name}`}
        className="mt-5.5 grid size-7 shrink-0 place-items-center rounded-md text-soft hover:bg-raised hover:text-text"
        onClick={onRemove}
      >
        <X className="size-4" aria-hidden="true" />
      </button>
    </li>
  )
}

interface ChoiceProps {
  id?: string
  value: string
  options: readonly string[]
  nameOf?: (option: string) => string
  onChoose: (option: string) => void
}

/** A chosen one that does not exist any more stays visible. */
function Choice({ id, value, options, nameOf = (option) => option, onChoose }: ChoiceProps) {
  const known = options.includes(value) ? options : [...options, value]
  return (
    <select id={id} value={value} className={INPUT} onChange={(event) => onChoose(event.target.value)}>
      {known.map((option) => (
        <option key={option} value={option}>
          {nameOf(option)}
        </option>
      ))}
    </select>
  )
}
