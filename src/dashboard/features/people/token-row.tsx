import { Trash2 } from 'lucide-react'
import type { TokenView } from '../../../api/people.js'
import { useNow } from '../../api/hooks.js'
import { Ago } from '../../ui/ago.js'
import { Button } from '../../ui/button.js'
import { ConfirmDialog } from '../../ui/confirm-dialog.js'
import { Moment } from '../../ui/moment.js'
import { Tag } from '../../ui/tag.js'
import { GrantList } from './grant-list.js'

interface TokenRowProps {
  token: TokenView
  /** Whether the row names the owner. */
  hasOwner: boolean
  onRemove: () => void
}

/** An API token, without its secret. */
export function TokenRow({ token, hasOwner, onRemove }: TokenRowProps) {
  const { name, start, user, grants, createdAt, createdBy, expiresAt, usedAt } = token
  const now = useNow()
  const isExpired = expiresAt !== null && expiresAt <= now
  return (
    <li className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2 border-b border-line px-4 py-3 last:border-b-0">
      <div className="flex min-w-0 flex-[1_1_18rem] flex-col gap-1">
        <p className="flex min-w-0 flex-wrap items-baseline gap-x-2 gap-y-1">
          <b className="min-w-0 font-semibold break-words">{name}</b>
          <span className="font-mono text-xs break-all text-soft">{start}…</span>
          {hasOwner && (
            <span className="min-w-0 text-[0.8125rem] break-words text-soft">
              {user === null ? 'acts for itself' : `acts for ${user}`}
            </span>
          )}
          {isExpired && <Tag isWarning>expired</Tag>}
        </p>
        <GrantList grants={grants} none="No rights." />
        <p className="label break-words">
          {usedAt === null ? 'never used' : <Ago at={usedAt} before="used " />}
          {' · '}
          {expiresAt === null ? (
            'does not expire'
          ) : (
            <Moment at={expiresAt} before={isExpired ? 'expired ' : 'expires '} />
          )}
          {' · '}
          <Ago at={createdAt} before="added " />
          {createdBy && ` by ${createdBy}`}
        </p>
      </div>
      <Button aria-label={`Remove ${name}`} onClick={onRemove}>
        <Trash2 className="size-3.5" aria-hidden="true" />
        Remove
      </Button>
    </li>
  )
}

interface RemoveTokenDialogProps {
  token: TokenView
  isBusy: boolean
  error: Error | null
  onConfirm: () => void
  onClose: () => void
}

export function RemoveTokenDialog({ token: { name, start }, ...rest }: RemoveTokenDialogProps) {
  return (
    <ConfirmDialog title={`Remove ${name}`} isDanger {...rest}>
      <p className="break-words">
        Programs that use <span className="font-mono text-xs">{start}…</span> lose access at once. You can’t undo this.
      </p>
    </ConfirmDialog>
  )
}
