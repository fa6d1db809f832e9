import { Pencil, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { RoleView } from '../../../api/people.js'
import type { Permission } from '../../../api/permissions.js'
import { useRolesChange } from '../../api/people-api.js'
import { Button } from '../../ui/button.js'
import { ConfirmDialog } from '../../ui/confirm-dialog.js'
import { Facts } from '../../ui/facts.js'
import { plural } from '../../ui/format.js'
import { RecordRow } from '../../ui/record-row.js'
import { Tag } from '../../ui/tag.js'
import { PartList } from './part-list.js'
import type { PeoplePartProps } from './people-part.js'
import { PERMISSION_GROUPS, PERMISSION_WORDS } from './permission-words.js'
import { RoleForm } from './role-form.js'

interface Asked {
  readonly what: 'edit' | 'remove'
  /** Null for a new one. */
  readonly role: RoleView | null
}

/** Sets of permissions. */
export function Roles({ people, matches, say }: PeoplePartProps) {
  const [asked, setAsked] = useState<Asked | null>(null)
  const shown = people.roles.filter(({ name, permissions }) =>
    matches([name, ...permissions, ...permissions.map((one) => PERMISSION_WORDS[one])]),
  )
  return (
    <div className="flex flex-col gap-3">
      <PartList
        label="Roles"
        what="role"
        items={people.roles}
        shown={shown}
        add="New role"
        onAdd={() => setAsked({ what: 'edit', role: null })}
        empty={['No role', null]}
        rowOf={(role) => <RoleRow key={role.name} role={role} onAsk={(what) => setAsked({ what, role })} />}
      />
      {asked?.what === 'edit' && (
        <RoleForm roles={people.roles} before={asked.role} say={say} onClose={() => setAsked(null)} />
      )}
      {asked?.what === 'remove' && asked.role && (
        <RemoveDialog name={asked.role.name} say={say} onClose={() => setAsked(null)} />
      )}
    </div>
  )
}

function RoleRow({ role, onAsk }: { role: RoleView; onAsk: (what: Asked['what']) => void }) {
  const { name, isBuiltIn, permissions } = role
  return (
    <RecordRow
      summary={
        <p className="flex min-w-0 flex-wrap items-baseline gap-x-2 gap-y-1">
          <b className="min-w-0 font-semibold break-words">{name}</b>
          {isBuiltIn && <Tag title="It can’t be changed">comes with Zenith</Tag>}
          <span className="label">{plural(permissions.length, 'permission')}</span>
        </p>
      }
    >
      <Facts isProse facts={PERMISSION_GROUPS.map(([title, all]) => [title, wordsOf(all, permissions)])} />
      {!isBuiltIn && (
        <div className="flex flex-wrap gap-1.5">
          <Button aria-label={`Edit ${name}`} onClick={() => onAsk('edit')}>
            <Pencil className="size-3.5" aria-hidden="true" />
            Edit
          </Button>
          <Button aria-label={`Remove ${name}`} onClick={() => onAsk('remove')}>
            <Trash2 className="size-3.5" aria-hidden="true" />
            Remove
          </Button>
        </div>
      )}
    </RecordRow>
  )
}

function wordsOf(all: readonly Permission[], permissions: readonly Permission[]): string {
  return all
    .filter((one) => permissions.includes(one))
    .map((one) => PERMISSION_WORDS[one])
    .join(', ')
}

interface RemoveDialogProps extends Pick<PeoplePartProps, 'say'> {
  name: string
  onClose: () => void
}

function RemoveDialog({ name, say, onClose }: RemoveDialogProps) {
  const change = useRolesChange()
  const done = () => {
    say({ isGood: true, text: `The role ${name} is removed` })
    onClose()
  }
  return (
    <ConfirmDialog
      title={`Remove ${name}`}
      isDanger
      isBusy={change.isPending}
      error={change.error}
      onConfirm={() => change.mutate({ action: 'remove', name }, { onSuccess: done })}
      onClose={onClose}
    >
      <p>Only a role that no user, group or token has can be removed. You can’t undo this.</p>
    </ConfirmDialog>
  )
}
