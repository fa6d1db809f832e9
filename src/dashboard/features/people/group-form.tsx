import { useState } from 'react'
import type { GroupView } from '../../../api/people.js'
import { useGroupsChange } from '../../api/people-api.js'
import { Field, INPUT } from '../../ui/field.js'
import { FormDialog } from '../../ui/form-dialog.js'
import { draftOf, type GrantDraft, grantOf } from './grants.js'
import { GrantsEditor } from './grants-editor.js'
import type { PeoplePartProps } from './people-part.js'

interface GroupFormProps extends Pick<PeoplePartProps, 'people' | 'say'> {
  /** Null for a new one. */
  before: GroupView | null
  onClose: () => void
}

/** Adds or edits a group. */
export function GroupForm({ people, before, say, onClose }: GroupFormProps) {
  const change = useGroupsChange()
  const [grants, setGrants] = useState<readonly GrantDraft[]>(() => (before?.grants ?? []).map(draftOf))
  const submit = (fields: FormData) => {
    const text = (name: string) => String(fields.get(name) ?? '')
    // One a line: the name of a group of LDAP has commas.
    const claims = text('claims')
      .split('\n')
      .map((line) => line.trim())
    const group = { name: text('name').trim(), claims: claims.filter(Boolean), grants: grants.map(grantOf) }
    const done = () => {
      say({ isGood: true, text: `The group ${group.name} is saved` })
      onClose()
    }
    change.mutate(before ? { action: 'edit', id: before.id, group } : { action: 'add', group }, { onSuccess: done })
  }
  return (
    <FormDialog
      title={before ? `Edit ${before.name}` : 'New group'}
      confirm={before ? 'Save' : 'Add group'}
      isBusy={change.isPending}
      error={change.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label="Name">
        <input name="name" required maxLength={100} autoComplete="off" defaultValue={before?.name} className={INPUT} />
      </Field>
      <Field label="Groups of single sign-on" hint="one a line; their users are members, as of each log-in">
        <textarea
          name="claims"
          rows={2}
          autoComplete="off"
          spellCheck={false}
          defaultValue={before?.claims.join('\n')}
          className="w-full rounded-lg border border-line bg-panel px-2.5 py-1.5 hover:border-line-strong"
        />
      </Field>
      <GrantsEditor
        grants={grants}
        none="None yet: members get no rights by this group."
        roles={people.roles.map(({ name }) => name)}
        clusters={people.clusters}
        onChange={setGrants}
      />
    </FormDialog>
  )
}
