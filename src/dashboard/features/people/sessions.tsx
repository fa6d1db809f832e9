import { useState } from 'react'
import type { SessionView } from '../../../api/people.js'
import { usePeopleSessions, useSessionsChange } from '../../api/people-api.js'
import { Loading } from '../../ui/loading.js'
import { QueryNote } from '../../ui/query-note.js'
import { PartList } from './part-list.js'
import type { PeoplePartProps } from './people-part.js'
import { EndSessionDialog, SessionRow } from './session-row.js'
import { agentText, viaText } from './session-words.js'

/** The sessions of all users. */
export function Sessions({ matches, say }: PeoplePartProps) {
  const query = usePeopleSessions()
  const change = useSessionsChange()
  const [ending, setEnding] = useState<SessionView | null>(null)
  const items = query.data?.items
  const shown = (items ?? []).filter(({ user, via, address, agent }) =>
    matches([user, viaText(via), address, agentText(agent)]),
  )
  const ended = ({ user, isCurrent }: SessionView) => {
    if (isCurrent) return location.reload()
    say({ isGood: true, text: `The session of ${user} has ended` })
    setEnding(null)
  }
  return (
    <div className="flex flex-col gap-3">
      <QueryNote query={query} instead="There is no session to show." />
      {query.isPending && <Loading what="the sessions" />}
      {items && (
        <PartList
          label="Sessions"
          what="session"
          items={items}
          shown={shown}
          add={null}
          empty={['No session', 'Users who are logged in appear here.']}
          rowOf={(session) => (
            <SessionRow
              key={session.id}
              session={session}
              hasUser
              onEnd={() => {
                change.reset()
                setEnding(session)
              }}
            />
          )}
        />
      )}
      {ending && (
        <EndSessionDialog
          session={ending}
          isBusy={change.isPending}
          error={change.error}
          onConfirm={() =>
            change.mutate({ action: 'end', id: ending.id, user: ending.userId }, { onSuccess: () => ended(ending) })
          }
          onClose={() => setEnding(null)}
        />
      )}
    </div>
  )
}
