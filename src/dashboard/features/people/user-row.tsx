import { Ban, LinkIcon, LogOut, Pencil, Trash2, Undo2 } from 'lucide-react'
import type { UserView } from '../../../api/people.js'
import { useClusterInfos } from '../../api/clusters.js'
import { changePage } from '../../routing/route.js'
import { Ago } from '../../ui/ago.js'
import { Button } from '../../ui/button.js'
import { Facts } from '../../ui/facts.js'
import { exactTime } from '../../ui/format.js'
import { OpenRow } from '../../ui/open-row.js'
import { Tag } from '../../ui/tag.js'
import { GrantList, grantsText } from './grant-list.js'
import type { UserAsk } from './user-question.js'

interface UserRowProps {
  user: UserView
  /** Of groups, by id. */
  names: ReadonlyMap<string, string>
  isOpen: boolean
  onAsk: (what: UserAsk) => void
}

/** A user; opened, with the rights and what can be done. */
export function UserRow({ user, names, isOpen, onAsk }: UserRowProps) {
  return (
    <OpenRow
      label={user.name}
      isOpen={isOpen}
      onToggle={() => changePage('people', { user: isOpen ? '' : user.id })}
      summary={<Summary user={user} names={names} />}
    >
      {() => (
        <>
          <Details user={user} names={names} />
          <UserButtons user={user} onAsk={onAsk} />
        </>
      )}
    </OpenRow>
  )
}

type SummaryProps = Pick<UserRowProps, 'user' | 'names'>

function Summary({ user, names }: SummaryProps) {
  const { name, email, role, grants, isDisabled, isInvited, hasPassword, identities, seenAt } = user
  const infos = useClusterInfos()
  const groups = [...user.groups, ...user.claimed].map((id) => names.get(id) ?? id)
  const canLogIn = hasPassword || identities.length > 0
  return (
    <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-1">
      <div className="flex min-w-0 flex-[1_1_18rem] flex-col gap-0.5">
        <p className="flex min-w-0 flex-wrap items-baseline gap-x-2 gap-y-1">
          <b className={`min-w-0 font-semibold break-words ${isDisabled ? 'text-soft' : ''}`}>{name}</b>
          {email && <span className="min-w-0 text-[0.8125rem] break-all text-soft">{email}</span>}
          {isDisabled && <Tag isWarning>disabled</Tag>}
          {isInvited && <Tag>invited</Tag>}
          {!canLogIn && !isInvited && <Tag title="No password, no link, no single sign-on">can’t log in</Tag>}
          {identities.length > 0 && <Tag>single sign-on</Tag>}
        </p>
        <p className="label min-w-0 break-words">
          {grants.length > 0 ? grantsText(grants, infos) : role || 'no rights'}
          {groups.length > 0 && ` · ${groups.join(', ')}`}
        </p>
      </div>
      <p className="label">{seenAt === null ? 'never seen' : <Ago at={seenAt} before="seen " />}</p>
    </div>
  )
}

function Details({ user, names }: SummaryProps) {
  const { grants, groups, claimed, identities, createdAt } = user
  const namesOf = (ids: readonly string[]) => ids.map((id) => names.get(id) ?? id).join(', ')
  return (
    <div className="grid items-start gap-x-8 gap-y-4 md:grid-cols-2">
      <div className="min-w-0">
        <p className="label mb-1">Own rights</p>
        <GrantList grants={grants} none="None, but those of the groups." />
      </div>
      <Facts
        isProse
        facts={[
          ['groups', namesOf(groups)],
          ['by single sign-on', namesOf(claimed)],
          ...identities.map(({ issuer, email }) => ['account', email ? `${email} at ${issuer}` : issuer] as const),
          ['password', user.hasPassword ? 'set' : 'none'],
          ['added', exactTime(createdAt)],
        ]}
      />
    </div>
  )
}

function UserButtons({ user, onAsk }: Pick<UserRowProps, 'user' | 'onAsk'>) {
  const { isDisabled, isInvited, hasPassword } = user
  const buttons: readonly (readonly [UserAsk, string, typeof Ban])[] = [
    ['edit', 'Edit', Pencil],
    ['invite', isInvited ? 'Invite again' : hasPassword ? 'Reset password' : 'Invite', LinkIcon],
    isDisabled ? ['enable', 'Enable', Undo2] : ['disable', 'Disable', Ban],
    ['logOut', 'Log out', LogOut],
    ['remove', 'Remove', Trash2],
  ]
  return (
    <div className="flex flex-wrap gap-1.5">
      {buttons.map(([what, name, Icon]) => (
        <Button key={what} onClick={() => onAsk(what)}>
          <Icon className="size-3.5" aria-hidden="true" />
          {name}
        </Button>
      ))}
    </div>
  )
}
