import { useState } from 'react'
import type { UserView } from '../../../api/people.js'
import { usePage } from '../../routing/route.js'
import { PartList } from './part-list.js'
import type { PeoplePartProps } from './people-part.js'
import { UserForm } from './user-form.js'
import { type UserAsk, UserQuestion } from './user-question.js'
import { UserRow } from './user-row.js'

interface Asked {
  readonly what: UserAsk
  /** Null for a new one. */
  readonly user: UserView | null
}

/** All users. */
export function Users(props: PeoplePartProps) {
  const { people, matches } = props
  const { user: open } = usePage('people')
  const [asked, setAsked] = useState<Asked | null>(null)
  const names = new Map(people.groups.map(({ id, name }) => [id, name]))
  const groupsOf = ({ groups, claimed }: UserView) => [...groups, ...claimed].map((id) => names.get(id) ?? id)
  const shown = people.users.filter((user) => matches([user.name, user.email, user.role, ...groupsOf(user)]))
  return (
    <div className="flex flex-col gap-3">
      <PartList
        label="Users"
        what="user"
        items={people.users}
        shown={shown}
        add="New user"
        onAdd={() => setAsked({ what: 'edit', user: null })}
        empty={['No user', 'Add one: a link lets the user set a password.']}
        rowOf={(user) => (
          <UserRow
            key={user.id}
            user={user}
            names={names}
            isOpen={user.id === open}
            onAsk={(what) => setAsked({ what, user })}
          />
        )}
      />
      {asked && <Overlay {...props} asked={asked} onClose={() => setAsked(null)} />}
    </div>
  )
}

interface OverlayProps extends PeoplePartProps {
  asked: Asked
  onClose: () => void
}

function Overlay({ asked: { what, user }, onClose, ...part }: OverlayProps) {
  if (what === 'edit') return <UserForm {...part} before={user} onClose={onClose} />
  return user && <UserQuestion {...part} action={what} user={user} onClose={onClose} />
}
