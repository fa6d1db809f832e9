import { useState } from 'react'
import type { GroupView, UserView } from '../../../api/people.js'
import { useUsersChange } from '../../api/people-api.js'
import { Field, INPUT } from '../../ui/field.js'
import { FormDialog } from '../../ui/form-dialog.js'
import { draftOf, type GrantDraft, grantOf } from './grants.js'
import { GrantsEditor } from './grants-editor.js'
import type { PeoplePartProps } from './people-part.js'
import { linkSecret } from './secret-dialog.js'

interface UserFormProps extends Pick<PeoplePartProps, 'people' | 'say' | 'show'> {
  /** Null for a new one. */
  before: UserView | null
  onClose: () => void
}

/** Adds or edits a user. */
export function UserForm({ people, before, say, show, onClose }: UserFormProps) {
  const change = useUsersChange()
  const [grants, setGrants] = useState<readonly GrantDraft[]>(() => (before?.grants ?? []).map(draftOf))
  const submit = (fields: FormData) => {
    const text = (name: string) => String(fields.get(name) ?? '').trim()
    const user = {
      name: text('name'),
      email: text('email') || null,
      groups: fields.getAll('groups').map(String),
      grants: grants.map(grantOf),
    }
    const body = before ? ({ action: 'edit', id: before.id, ...user } as const) : ({ action: 'add', ...user } as const)
    change.mutate(body, {
      onSuccess: ({ link }) => {
        onClose()
        if (link) show(linkSecret(user.name, link))
        else say({ isGood: true, text: `${user.name} is saved` })
      },
    })
  }
  return (
    <FormDialog
      title={before ? `Edit ${before.name}` : 'New user'}
      confirm={before ? 'Save' : 'Add user'}
      isBusy={change.isPending}
      error={change.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <div className="grid gap-3 sm:grid-cols-2">
        <Field label="Name" hint="for the log-in and the audit trail">
          <input
            name="name"
            required
            maxLength={100}
            autoComplete="off"
            spellCheck={false}
            defaultValue={before?.name}
            className={INPUT}
          />
        </Field>
        <Field label="Mail address" hint="optional">
          <input
            name="email"
            type="email"
            maxLength={320}
            autoComplete="off"
            defaultValue={before?.email ?? ''}
            className={INPUT}
          />
        </Field>
      </div>
      <GroupBoxes groups={people.groups} chosen={before?.groups ?? []} claimed={before?.claimed ?? []} />
      <GrantsEditor
        grants={grants}
        none="None of its own: the user has those of its groups."
        roles={people.roles.map(({ name }) => name)}
        clusters={people.clusters}
        onChange={setGrants}
      />
    </FormDialog>
  )
}

interface GroupBoxesProps {
  groups: readonly GroupView[]
  /** Ids. */
  chosen: readonly string[]
  claimed: readonly string[]
}

function GroupBoxes({ groups, chosen, claimed }: GroupBoxesProps) {
  if (groups.length === 0) return null
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1 text-xs font-medium">Groups</legend>
      <div className="flex max-h-40 flex-wrap gap-x-4 gap-y-2 overflow-y-auto p-0.5">
        {groups.map(({ id, name }) => (
          <label key={id} className="inline-flex min-w-0 items-center gap-1.5 text-[0.8125rem]">
            <input
              type="checkbox"
              name="groups"
              value={id}
              defaultChecked={chosen.includes(id)}
              className="size-4 shrink-0 accent-accent"
            />
            <span className="min-w-0 break-words">{name}</span>
            {claimed.includes(id) && <span className="label whitespace-nowrap">by single sign-on</span>}
          </label>
        ))}
      </div>
    </fieldset>
  )
}
