import { Pencil, Plus, Send, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { ReceiverListing, ReceiverView } from '../../../api/alerts.js'
import { useReceivers, useReceiversChange } from '../../api/alerts-api.js'
import { useCan } from '../../api/session.js'
import { Ago } from '../../ui/ago.js'
import { Button } from '../../ui/button.js'
import { ConfirmDialog } from '../../ui/confirm-dialog.js'
import { EmptyState } from '../../ui/empty-state.js'
import { exact } from '../../ui/format.js'
import { Loading } from '../../ui/loading.js'
import { QueryNote } from '../../ui/query-note.js'
import { Tag } from '../../ui/tag.js'
import type { AlertPartProps } from './alert-part.js'
import { answerText, DeliveryState } from './deliveries.js'
import { ReceiverForm } from './receiver-form.js'
import { ReceiverTestDialog } from './receiver-test.js'
import { RECEIVER_NAMES } from './words.js'

type Ask = 'edit' | 'test' | 'delete'
interface Asked {
  what: Ask
  /** Null for a new one. */
  receiver: ReceiverView | null
}

const NO_SECRET =
  'Receivers can be added here once Zenith has a key to encrypt their addresses with: start it with QUASAR_SECRET. Receivers in code, the option alerts.receivers, need none.'

/** Who is told of alerts. */
export function Receivers({ say }: AlertPartProps) {
  const query = useReceivers()
  const [asked, setAsked] = useState<Asked | null>(null)
  const mayEdit = useCan('alert.edit')
  const { data } = query
  return (
    <div className="flex flex-col gap-3">
      {mayEdit && data && <Add listing={data} onAdd={() => setAsked({ what: 'edit', receiver: null })} />}
      <QueryNote query={query} instead="There is no receiver to show." />
      {query.isPending && <Loading what="the receivers" />}
      {data && data.items.length > 0 && (
        <ul className="panel overflow-hidden" aria-label="Receivers">
          {data.items.map((receiver) => (
            <ReceiverRow
              key={receiver.id}
              receiver={receiver}
              canStore={data.canStore}
              onAsk={mayEdit ? (what) => setAsked({ what, receiver }) : null}
            />
          ))}
        </ul>
      )}
      {data?.items.length === 0 && (
        <div className="panel px-4 py-12">
          <EmptyState title="No receiver">
            Alerts are shown here, and sent to nobody. A receiver is a channel of Slack, Discord or Teams, a webhook,
            mail addresses, PagerDuty or a dead man’s switch.
          </EmptyState>
        </div>
      )}
      {asked && data && <Overlay asked={asked} listing={data} say={say} onClose={() => setAsked(null)} />}
    </div>
  )
}

function Add({ listing, onAdd }: { listing: ReceiverListing; onAdd: () => void }) {
  if (!listing.canStore) return <p className="label max-w-prose">{NO_SECRET}</p>
  return (
    <div>
      <Button className="h-9" onClick={onAdd}>
        <Plus className="size-3.5" aria-hidden="true" />
        New receiver
      </Button>
    </div>
  )
}

interface ReceiverRowProps {
  receiver: ReceiverView
  canStore: boolean
  /** Null where nothing can be done. */
  onAsk: ((what: Ask) => void) | null
}

function ReceiverRow({ receiver, canStore, onAsk }: ReceiverRowProps) {
  const { name, kind, source, enabled, severity, place, problem } = receiver
  const isOurs = source === 'page'
  return (
    <li className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2 border-b border-line px-4 py-3 last:border-b-0">
      <div className="flex min-w-0 flex-[1_1_20rem] flex-col gap-1">
        <p className="flex min-w-0 flex-wrap items-baseline gap-x-2 gap-y-1">
          <b className="min-w-0 font-semibold break-words">{name}</b>
          <span className="text-soft">{RECEIVER_NAMES[kind]}</span>
          {place && <span className="min-w-0 font-mono text-xs break-all text-soft">{place}</span>}
          {!isOurs && <Tag title="The option alerts.receivers has it: change it there">from code</Tag>}
          {!enabled && <Tag>switched off</Tag>}
        </p>
        <p className="label">{takenText(kind, severity)}</p>
        {problem && <p className="text-[0.8125rem] break-words text-bad">{problem}</p>}
        <LastMessage receiver={receiver} />
      </div>
      {onAsk && (
        <div className="flex flex-wrap gap-1.5">
          <Button aria-label={`Test ${name}`} disabled={problem !== null} onClick={() => onAsk('test')}>
            <Send className="size-3.5" aria-hidden="true" />
            Test
          </Button>
          {isOurs && canStore && (
            <Button aria-label={`Edit ${name}`} onClick={() => onAsk('edit')}>
              <Pencil className="size-3.5" aria-hidden="true" />
              Edit
            </Button>
          )}
          {isOurs && (
            <Button aria-label={`Delete ${name}`} onClick={() => onAsk('delete')}>
              <Trash2 className="size-3.5" aria-hidden="true" />
              Delete
            </Button>
          )}
        </div>
      )}
    </li>
  )
}

function takenText(kind: ReceiverView['kind'], severity: ReceiverView['severity']): string {
  if (kind === 'heartbeat') return 'gets a request every minute while rules are evaluated'
  if (severity === 'info') return 'takes all severities'
  return severity === 'warning' ? 'takes warning and critical' : 'takes critical only'
}

function LastMessage({ receiver: { last, waiting } }: Pick<ReceiverRowProps, 'receiver'>) {
  return (
    <p className="text-xs break-words">
      {last ? (
        <>
          <span className="text-soft">Last message </span>
          <DeliveryState state={last.state} /> <Ago at={last.endedAt ?? last.at} />
          <span className="text-soft"> · {answerText(last.status, last.answer)}</span>
        </>
      ) : (
        <span className="text-soft">No message yet</span>
      )}
      {waiting > 0 && <span className="font-medium text-warn"> · {exact(waiting)} waiting</span>}
    </p>
  )
}

interface OverlayProps extends Pick<AlertPartProps, 'say'> {
  asked: Asked
  listing: ReceiverListing
  onClose: () => void
}

function Overlay({ asked: { what, receiver }, listing, say, onClose }: OverlayProps) {
  if (what === 'edit') return <ReceiverForm before={receiver} listing={listing} say={say} onClose={onClose} />
  if (!receiver) return null
  if (what === 'test') return <ReceiverTestDialog receiver={receiver} onClose={onClose} />
  return <DeleteDialog receiver={receiver} say={say} onClose={onClose} />
}

interface DeleteDialogProps extends Pick<AlertPartProps, 'say'> {
  receiver: ReceiverView
  onClose: () => void
}

function DeleteDialog({ receiver: { id, name }, say, onClose }: DeleteDialogProps) {
  const change = useReceiversChange()
  const done = () => {
    say({ isGood: true, text: `${name} is deleted` })
    onClose()
  }
  return (
    <ConfirmDialog
      title={`Delete ${name}`}
      isDanger
      isBusy={change.isPending}
      error={change.error}
      onConfirm={() => change.mutate({ action: 'delete', id }, { onSuccess: done })}
      onClose={onClose}
    >
      <p>It gets no more messages, and its address is removed. You can’t undo this.</p>
    </ConfirmDialog>
  )
}
