import { useMemo, useState } from 'react'
import type { PeopleView } from '../../../api/people.js'
import { textTest } from '../../api/filter.js'
import { usePeople } from '../../api/people-api.js'
import { useCan, useSession } from '../../api/session.js'
import { PEOPLE_PARTS, type PeoplePart } from '../../routing/pages.js'
import { changePage, usePage } from '../../routing/route.js'
import { EmptyState } from '../../ui/empty-state.js'
import { count } from '../../ui/format.js'
import { Loading } from '../../ui/loading.js'
import { Notice, type NoticeText } from '../../ui/notice.js'
import { PageBar } from '../../ui/page-bar.js'
import { PageLink } from '../../ui/page-link.js'
import { QueryNote } from '../../ui/query-note.js'
import { SearchField } from '../../ui/search-field.js'
import { useInSight } from '../../ui/use-in-sight.js'
import { Groups } from './groups.js'
import { Roles } from './roles.js'
import { type Secret, SecretDialog } from './secret-dialog.js'
import { Sessions } from './sessions.js'
import { Tokens } from './tokens.js'
import { Users } from './users.js'

const PART_NAMES: Readonly<Record<PeoplePart, string>> = {
  users: 'Users',
  groups: 'Groups',
  roles: 'Roles',
  tokens: 'Tokens',
  sessions: 'Sessions',
}

const PARTS = { users: Users, groups: Groups, roles: Roles, tokens: Tokens, sessions: Sessions } as const

/** Who may do what: for those who edit users. */
export function PeoplePage() {
  const session = useSession()
  const mayEdit = useCan('people.edit')
  return (
    <>
      <PageBar title="People" hasFilter={false} />
      {session?.people && mayEdit ? (
        <Parts />
      ) : session ? (
        <NotHere hasPeople={session.people} />
      ) : (
        <Loading what="users" />
      )}
    </>
  )
}

function NotHere({ hasPeople }: { hasPeople: boolean }) {
  return (
    <div className="panel px-4 py-12">
      <EmptyState title={hasPeople ? 'You can’t edit users' : 'Zenith has no users in a database'}>
        {hasPeople ? (
          <>
            It takes a role with the permission <code>people.edit</code> for all clusters and queues: ask an admin.
          </>
        ) : (
          <>
            Start it with an archive and the option <code>auth.people</code>.
          </>
        )}
      </EmptyState>
    </div>
  )
}

function Parts() {
  const { part, find } = usePage('people')
  const query = usePeople()
  const [notice, setNotice] = useState<NoticeText | null>(null)
  const [secret, setSecret] = useState<Secret | null>(null)
  const matches = useMemo(() => textTest(find), [find])
  const Part = PARTS[part]
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <Tabs chosen={part} people={query.data} />
        <SearchField
          label={`Search ${PART_NAMES[part].toLowerCase()}`}
          placeholder="Search"
          value={find}
          isActive={find !== ''}
          hasKey
          maxLength={200}
          className="min-w-48 basis-full sm:max-w-80 sm:basis-0"
          onChange={(text) => changePage('people', { find: text })}
          onClear={() => changePage('people', { find: '' })}
        />
      </div>
      <Notice notice={notice} onClose={() => setNotice(null)} />
      <QueryNote query={query} instead="There is nothing to show." />
      {query.isPending && <Loading what="users" />}
      {query.data && <Part key={part} people={query.data} matches={matches} say={setNotice} show={setSecret} />}
      {secret && <SecretDialog secret={secret} onClose={() => setSecret(null)} />}
    </div>
  )
}

function Tabs({ chosen, people }: { chosen: PeoplePart; people: PeopleView | undefined }) {
  const tabs = useInSight(`${chosen} ${people !== undefined}`)
  return (
    <nav ref={tabs} aria-label="Parts of people" className="-mx-1 flex min-w-0 gap-1 overflow-x-auto px-1 py-1">
      {PEOPLE_PARTS.map((part) => (
        <PageLink
          key={part}
          to={{ page: 'people', part }}
          aria-current={part === chosen ? 'true' : undefined}
          className="inline-flex items-center gap-2 rounded-lg border border-transparent px-2.5 py-1.5 font-medium whitespace-nowrap text-soft hover:bg-raised hover:text-text aria-[current=true]:border-line aria-[current=true]:bg-panel aria-[current=true]:text-text"
        >
          {PART_NAMES[part]}
          {people && part !== 'sessions' && (
            <span className="rounded-full bg-track px-1.5 text-xs font-semibold text-text">
              {count(people[part].length)}
            </span>
          )}
        </PageLink>
      ))}
    </nav>
  )
}
