import type { SessionView } from '../../../api/people.js'
import { Ago } from '../../ui/ago.js'
import { Button } from '../../ui/button.js'
import { ConfirmDialog } from '../../ui/confirm-dialog.js'
import { Moment } from '../../ui/moment.js'
import { Tag } from '../../ui/tag.js'
import { agentText, viaText } from './session-words.js'

interface SessionRowProps {
  session: SessionView
  /** Whether the row names the user. */
  hasUser: boolean
  onEnd: () => void
}

/** A session: which browser, where, since when. */
export function SessionRow({ session, hasUser, onEnd }: SessionRowProps) {
  const { user, via, address, agent, createdAt, seenAt, expiresAt, isCurrent } = session
  const browser = agentText(agent)
  return (
    <li className="flex items-start justify-between gap-4 border-b border-line px-4 py-3 last:border-b-0">
      <div className="flex min-w-0 flex-col gap-0.5">
        <p className="flex min-w-0 flex-wrap items-baseline gap-x-2 gap-y-1">
          {hasUser && <b className="min-w-0 font-semibold break-words">{user}</b>}
          <span title={agent} className={`min-w-0 break-words ${hasUser ? '' : 'font-semibold'}`}>
            {browser}
          </span>
          {isCurrent && <Tag>this session</Tag>}
        </p>
        <p className="label break-words">
          {viaText(via)}
          {address && ` from ${address}`}
          {' · '}
          <Ago at={createdAt} before="since " />
          {' · '}
          <Ago at={seenAt} before="used " />
          {' · '}
          <Moment at={expiresAt} before="ends " />
        </p>
      </div>
      <Button aria-label={`End the session${hasUser ? ` of ${user}` : ''} in ${browser}`} onClick={onEnd}>
        End
      </Button>
    </li>
  )
}

interface EndSessionDialogProps {
  session: SessionView
  isBusy: boolean
  error: Error | null
  onConfirm: () => void
  onClose: () => void
}

export function EndSessionDialog({ session: { user, agent, isCurrent }, ...rest }: EndSessionDialogProps) {
  return (
    <ConfirmDialog title="End this session" confirm="End it" {...rest}>
      <p className="break-words">
        {user} is logged out of {agentText(agent)}.{isCurrent && ' It is the session that you are using.'}
      </p>
    </ConfirmDialog>
  )
}
