import { Pencil, Trash2 } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { GroupView, UserView } from '../../../api/people.js'
import { useGroupsChange } from '../../api/people-api.js'
import { Button } from '../../ui/button.js'
import { ConfirmDialog } from '../../ui/confirm-dialog.js'
import { plural } from '../../ui/format.js'
import { Tag } from '../../ui/tag.js'
import { GrantList, grantsText } from './grant-list.js'
import { GroupForm } from './group-form.js'
import { PartList } from './part-list.js'
import type { PeoplePartProps } from './people-part.js'

interface Asked {
  readonly what: 'edit' | 'remove'
  /** Null for a new one. */
  readonly group: GroupView | null
}

/** Groups of users, whose rights their members have. */
export function Groups(props: PeoplePartProps) {
  const { people, matches } = props
  const [asked, setAsked] = useState<Asked | null>(null)
  const members = useMemo(() => membersOf(people.users), [people.users])
  const shown = people.groups.filter(({ name, claims, grants }) => matches([name, ...claims, grantsText(grants)]))
  return (
    <div className="flex flex-col gap-3">
      <PartList
        label="Groups"
        what="group"
        items={people.groups}
        shown={shown}
        add="New group"
        onAdd={() => setAsked({ what: 'edit', group: null })}
        empty={[
          'No group',
          'A group gives its rights to all members: users that you put in it, and those whom single sign-on does.',
        ]}
        rowOf={(group) => (
          <GroupRow
            key={group.id}
            group={group}
            members={members.get(group.id) ?? []}
            onAsk={(what) => setAsked({ what, group })}
          />
        )}
      />
      {asked?.what === 'edit' && <GroupForm {...props} before={asked.group} onClose={() => setAsked(null)} />}
      {asked?.what === 'remove' && asked.group && (
        <RemoveDialog say={props.say} group={asked.group} onClose={() => setAsked(null)} />
      )}
    </div>
  )
}

/** Names, by the ids of their groups. */
function membersOf(users: readonly UserView[]): ReadonlyMap<string, readonly string[]> {
  const members = new Map<string, string[]>()
  for (const { name, groups, claimed } of users)
    for (const id of new Set([...groups, ...claimed])) if (!members.get(id)?.push(name)) members.set(id, [name])
  return members
}

interface GroupRowProps {
  group: GroupView
  /** Names. */
  members: readonly string[]
  onAsk: (what: Asked['what']) => void
}

const MOST_NAMES = 8

function GroupRow({ group: { name, claims, grants, members: amount }, members, onAsk }: GroupRowProps) {
  const names = [...members.slice(0, MOST_NAMES), ...(members.length > MOST_NAMES ? ['…'] : [])].join(', ')
  return (
    <li className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2 border-b border-line px-4 py-3 last:border-b-0">
      <div className="flex min-w-0 flex-[1_1_18rem] flex-col gap-1">
        <p className="flex min-w-0 flex-wrap items-baseline gap-x-2 gap-y-1">
          <b className="min-w-0 font-semibold break-words">{name}</b>
          {claims.map((claim) => (
            <Tag key={claim} title="A group of single sign-on whose users are in this one">
              <span className="min-w-0 break-all">sign-on: {claim}</span>
            </Tag>
          ))}
        </p>
        <GrantList grants={grants} none="No rights." />
        <p className="label break-words">
          {plural(amount, 'member')}
          {names && `: ${names}`}
        </p>
      </div>
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
    </li>
  )
}

interface RemoveDialogProps extends Pick<PeoplePartProps, 'say'> {
  group: GroupView
  onClose: () => void
}

function RemoveDialog({ group: { id, name, members }, say, onClose }: RemoveDialogProps) {
  const change = useGroupsChange()
  const done = () => {
    say({ isGood: true, text: `The group ${name} is removed` })
    onClose()
  }
  return (
    <ConfirmDialog
      title={`Remove ${name}`}
      isDanger
      isBusy={change.isPending}
      error={change.error}
      onConfirm={() => change.mutate({ action: 'remove', id }, { onSuccess: done })}
      onClose={onClose}
    >
      <p>{`${plural(members, 'member')} of it ${members === 1 ? 'loses' : 'lose'} its rights. You can’t undo this.`}</p>
    </ConfirmDialog>
  )
}
