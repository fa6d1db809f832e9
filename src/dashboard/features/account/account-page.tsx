import { useState } from 'react'
import { useAccount } from '../../api/people-api.js'
import { useSession } from '../../api/session.js'
import { EmptyState } from '../../ui/empty-state.js'
import { Facts } from '../../ui/facts.js'
import { Loading } from '../../ui/loading.js'
import { Notice, type NoticeText } from '../../ui/notice.js'
import { PageBar } from '../../ui/page-bar.js'
import { QueryNote } from '../../ui/query-note.js'
import { Section } from '../../ui/section.js'
import { GrantList } from '../people/grant-list.js'
import type { OwnPartProps } from './own-part.js'
import { OwnPassword } from './own-password.js'
import { OwnSessions } from './own-sessions.js'
import { OwnTokens } from './own-tokens.js'

/** The user who is logged in: rights, password, sessions and API tokens. */
export function AccountPage() {
  const session = useSession()
  const query = useAccount(session?.account === true)
  const [notice, setNotice] = useState<NoticeText | null>(null)
  return (
    <>
      <PageBar title="Account" hasFilter={false} />
      {session && !session.account ? (
        <div className="panel px-4 py-12">
          <EmptyState title="You have no account here">
            Only users of a database have one: the option <code>auth.people</code>.
          </EmptyState>
        </div>
      ) : (
        <div className="flex min-w-0 flex-col gap-8">
          <Notice notice={notice} onClose={() => setNotice(null)} />
          <QueryNote query={query} instead="There is no account to show." />
          {query.data ? (
            <Account account={query.data} say={setNotice} />
          ) : (
            !query.error && <Loading what="the account" />
          )}
        </div>
      )}
    </>
  )
}

function Account({ account, say }: OwnPartProps) {
  const { user, groups, grants } = account
  return (
    <>
      <Section title={user.name}>
        <div className="panel grid items-start gap-x-8 gap-y-4 px-4 py-4 md:grid-cols-2">
          <div className="min-w-0">
            <p className="label mb-1">Your rights</p>
            <GrantList grants={grants} none="None yet: ask an admin." />
          </div>
          <Facts
            isProse
            facts={[
              ['mail address', user.email],
              ['groups', groups.join(', ') || 'none'],
              ...user.identities.map(({ issuer }) => ['single sign-on', issuer] as const),
            ]}
          />
        </div>
      </Section>
      <OwnPassword account={account} say={say} />
      <OwnSessions account={account} say={say} />
      <OwnTokens account={account} say={say} />
    </>
  )
}
