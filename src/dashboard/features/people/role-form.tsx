import { useState } from 'react'
import { ROLE_NAME, type RoleView } from '../../../api/people.js'
import { PERMISSIONS } from '../../../api/permissions.js'
import { useRolesChange } from '../../api/people-api.js'
import { Field, INPUT } from '../../ui/field.js'
import { FormDialog } from '../../ui/form-dialog.js'
import type { PeoplePartProps } from './people-part.js'
import { PERMISSION_GROUPS, PERMISSION_WORDS } from './permission-words.js'

interface RoleFormProps extends Pick<PeoplePartProps, 'say'> {
  roles: readonly RoleView[]
  /** Null for a new one. */
  before: RoleView | null
  onClose: () => void
}

/** Adds a role, or edits its permissions. */
export function RoleForm({ roles, before, say, onClose }: RoleFormProps) {
  const change = useRolesChange()
  const [problem, setProblem] = useState<Error | null>(null)
  const submit = (fields: FormData) => {
    const name = before?.name ?? String(fields.get('name') ?? '').trim()
    // To save is to replace: a new role must not replace another one unnoticed.
    const isTaken = before === null && roles.some((role) => role.name === name)
    setProblem(isTaken ? new Error(`There is a role ${name} already: choose another name.`) : null)
    if (isTaken) return
    const chosen = ['view', ...fields.getAll('permissions')]
    const permissions = PERMISSIONS.filter((one) => chosen.includes(one))
    const done = () => {
      say({ isGood: true, text: `The role ${name} is saved` })
      onClose()
    }
    change.mutate({ action: 'save', name, permissions }, { onSuccess: done })
  }
  return (
    <FormDialog
      title={before ? `Edit ${before.name}` : 'New role'}
      confirm={before ? 'Save' : 'Add role'}
      isBusy={change.isPending}
      error={problem ?? change.error}
      onSubmit={submit}
      onClose={onClose}
    >
      {before === null && (
        <Field label="Name" hint="lower-case letters, digits and hyphens, a letter first">
          <input
            name="name"
            required
            maxLength={40}
            pattern={ROLE_NAME.source}
            title="lower-case letters, digits and hyphens, a letter first"
            autoComplete="off"
            spellCheck={false}
            className={INPUT}
          />
        </Field>
      )}
      <div className="grid gap-x-6 gap-y-4 sm:grid-cols-2">
        {PERMISSION_GROUPS.map(([title, permissions]) => (
          <fieldset key={title} className="min-w-0">
            <legend className="mb-1 text-xs font-medium">{title}</legend>
            <div className="flex flex-col gap-1.5">
              {permissions.map((one) => (
                <label key={one} className="inline-flex items-start gap-2 text-[0.8125rem]">
                  <input
                    type="checkbox"
                    name="permissions"
                    value={one}
                    // Everything takes it.
                    disabled={one === 'view'}
                    defaultChecked={one === 'view' || before?.permissions.includes(one)}
                    className="mt-0.5 size-4 shrink-0 accent-accent"
                  />
                  {PERMISSION_WORDS[one]}
                </label>
              ))}
            </div>
          </fieldset>
        ))}
      </div>
    </FormDialog>
  )
}
