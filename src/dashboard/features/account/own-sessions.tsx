import { LogOut } from 'lucide-react'
import { useState } from 'react'
import type { SessionView } from '../../../api/people.js'
import { useAccountChange } from '../../api/people-api.js'
import { Button } from '../../ui/button.js'
import { EmptyState } from '../../ui/empty-state.js'
import { FormDialog } from '../../ui/form-dialog.js'
import { plural } from '../../ui/format.js'
import { Section } from '../../ui/section.js'
import { EndSessionDialog, SessionRow } from '../people/session-row.js'
import type { OwnPartProps } from './own-part.js'

/** Where the user is logged in. */
export function OwnSessions({ account: { sessions }, say }: OwnPartProps) {
  const [asked, setAsked] = useState<SessionView | 'all' | null>(null)
  return (
    <Section title="Sessions" aside={plural(sessions.length, 'session')}>
      <div className="flex flex-col gap-3">
        {sessions.length > 0 ? (
          <ul className="panel overflow-hidden" aria-label="Your sessions">
            {sessions.map((session) => (
              <SessionRow key={session.id} session={session} hasUser={false} onEnd={() => setAsked(session)} />
            ))}
          </ul>
        ) : (
          <div className="panel px-4 py-10">
            <EmptyState title="No session">You came in with an API token.</EmptyState>
          </div>
        )}
        {sessions.length > 0 && (
          <div>
            <Button onClick={() => setAsked('all')}>
              <LogOut className="size-3.5" aria-hidden="true" />
              Log out everywhere
            </Button>
          </div>
        )}
      </div>
      {asked === 'all' && <EverywhereDialog say={say} onClose={() => setAsked(null)} />}
      {asked !== null && asked !== 'all' && <EndOwn session={asked} say={say} onClose={() => setAsked(null)} />}
    </Section>
  )
}

interface EndOwnProps extends Pick<OwnPartProps, 'say'> {
  session: SessionView
  onClose: () => void
}

function EndOwn({ session, say, onClose }: EndOwnProps) {
  const change = useAccountChange()
  const done = () => {
    if (session.isCurrent) return location.reload()
    say({ isGood: true, text: 'The session has ended' })
    onClose()
  }
  return (
    <EndSessionDialog
      session={session}
      isBusy={change.isPending}
      error={change.error}
      onConfirm={() => change.mutate({ action: 'endSession', id: session.id }, { onSuccess: done })}
      onClose={onClose}
    />
  )
}

function EverywhereDialog({ say, onClose }: Omit<EndOwnProps, 'session'>) {
  const change = useAccountChange()
  const submit = (fields: FormData) => {
    const keepThis = fields.get('this') === null
    change.mutate(
      { action: 'logOutEverywhere', keepThis },
      {
        onSuccess: ({ ended }) => {
          if (!keepThis) return location.reload()
          say({ isGood: true, text: `${plural(ended ?? 0, 'other session')} ended` })
          onClose()
        },
      },
    )
  }
  return (
    <FormDialog
      title="Log out everywhere"
      confirm="Log out"
      isBusy={change.isPending}
      error={change.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <p>All your other sessions end. API tokens stay.</p>
      <label className="inline-flex items-center gap-2 text-[0.8125rem]">
        <input type="checkbox" name="this" className="size-4 accent-accent" />
        This session, too
      </label>
    </FormDialog>
  )
}
