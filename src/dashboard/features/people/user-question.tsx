import type { UserView } from '../../../api/people.js'
import type { UsersChange } from '../../../api/people-changes.js'
import { useUsersChange } from '../../api/people-api.js'
import { ConfirmDialog } from '../../ui/confirm-dialog.js'
import { plural } from '../../ui/format.js'
import type { PeoplePartProps } from './people-part.js'
import { linkSecret } from './secret-dialog.js'

export type UserAction = Exclude<UsersChange['action'], 'add' | 'edit'>
export type UserAsk = UserAction | 'edit'

interface UserQuestionProps extends Pick<PeoplePartProps, 'say' | 'show'> {
  action: UserAction
  user: UserView
  onClose: () => void
}

/** Asks before something is done with a user. */
export function UserQuestion({ action, user, say, show, onClose }: UserQuestionProps) {
  const change = useUsersChange()
  const { name } = user
  const { title, body } = wordsOf(action, user)
  const confirm = () =>
    change.mutate(
      { action, id: user.id },
      {
        onSuccess: ({ link, ended }) => {
          onClose()
          if (link) show(linkSecret(name, link))
          else say({ isGood: true, text: doneWords(action, name, ended) })
        },
      },
    )
  return (
    <ConfirmDialog
      title={title}
      isDanger={action === 'remove'}
      isBusy={change.isPending}
      error={change.error}
      onConfirm={confirm}
      onClose={onClose}
    >
      <p className="break-words">{body}</p>
    </ConfirmDialog>
  )
}

function wordsOf(action: UserAction, { name, hasPassword, isInvited }: UserView): { title: string; body: string } {
  switch (action) {
    case 'invite':
      return {
        title: `Make a link for ${name}`,
        body: `It lets ${name} set a password, once and within 7 days.${isInvited ? ' The earlier link stops working.' : ''}${hasPassword ? ' The current password works until then.' : ''}`,
      }
    case 'disable':
      return {
        title: `Disable ${name}`,
        body: `${name} is logged out at once and can’t log in, and the user’s API tokens stop working, until you enable the user again.`,
      }
    case 'enable':
      return { title: `Enable ${name}`, body: `${name} can log in again, with the rights and groups from before.` }
    case 'logOut':
      return { title: `Log out ${name}`, body: `All sessions of ${name} end. The user can log in again.` }
    case 'remove':
      return {
        title: `Remove ${name}`,
        body: `${name} is removed, with all sessions, links and API tokens. You can’t undo this. The audit trail stays.`,
      }
  }
}

function doneWords(action: UserAction, name: string, ended: number | null): string {
  if (action === 'logOut') return `${name} is logged out: ${plural(ended ?? 0, 'session')} ended`
  if (action === 'disable') return `${name} is disabled`
  return action === 'enable' ? `${name} is enabled` : `${name} is removed`
}
