import { Plus } from 'lucide-react'
import { useState } from 'react'
import type { Silence } from '../../../api/alerts.js'
import { useSilences, useSilencesChange } from '../../api/alerts-api.js'
import { useCan } from '../../api/session.js'
import { Ago } from '../../ui/ago.js'
import { Button } from '../../ui/button.js'
import { ConfirmDialog } from '../../ui/confirm-dialog.js'
import { EmptyState } from '../../ui/empty-state.js'
import { Loading } from '../../ui/loading.js'
import { Moment } from '../../ui/moment.js'
import { QueryNote } from '../../ui/query-note.js'
import { Tag } from '../../ui/tag.js'
import type { AlertPartProps } from './alert-part.js'
import { SilenceForm } from './silence-form.js'
import { capitalScope, weeklyText } from './words.js'

/** What sends no messages now or at times of the week, and why. */
export function Silences({ say }: AlertPartProps) {
  const query = useSilences()
  const mayChange = useCan('alert.silence')
  const [isAdding, setIsAdding] = useState(false)
  const [ending, setEnding] = useState<Silence | null>(null)
  const items = query.data?.items
  return (
    <div className="flex flex-col gap-3">
      {mayChange && (
        <div>
          <Button className="h-9" onClick={() => setIsAdding(true)}>
            <Plus className="size-3.5" aria-hidden="true" />
            New silence
          </Button>
        </div>
      )}
      <QueryNote query={query} instead="There is no silence to show." />
      {query.isPending && <Loading what="the silences" />}
      {items && items.length > 0 && (
        <ul className="panel overflow-hidden" aria-label="Silences">
          {items.map((silence) => (
            <SilenceRow key={silence.id} silence={silence} onEnd={mayChange ? () => setEnding(silence) : null} />
          ))}
        </ul>
      )}
      {items?.length === 0 && (
        <div className="panel px-4 py-12">
          <EmptyState title="No silence">
            Silence an alert where it fires, or plan a weekly maintenance: its alerts are shown and send no messages.
          </EmptyState>
        </div>
      )}
      {isAdding && <SilenceForm say={say} onClose={() => setIsAdding(false)} />}
      {ending && <EndDialog silence={ending} say={say} onClose={() => setEnding(null)} />}
    </div>
  )
}

function SilenceRow({ silence, onEnd }: { silence: Silence; onEnd: (() => void) | null }) {
  const { reason, by, at, until, weekly, isActive } = silence
  return (
    <li className="flex items-start justify-between gap-4 border-b border-line px-4 py-3 last:border-b-0">
      <div className="flex min-w-0 flex-col gap-1">
        <p className="flex min-w-0 flex-wrap items-baseline gap-x-2 gap-y-1">
          <b className="min-w-0 font-semibold break-words">{reason}</b>
          <Tag isWarning={isActive}>{isActive ? 'mutes now' : 'not now'}</Tag>
        </p>
        <p className="min-w-0 text-[0.8125rem] break-words">{capitalScope(silence)}</p>
        {weekly && <p className="text-[0.8125rem]">{weeklyText(weekly)}</p>}
        <p className="label">
          {by} · <Ago at={at} /> · {until === null ? 'every week' : <Moment at={until} before="ends " />}
        </p>
      </div>
      {onEnd && (
        <Button aria-label={`End the silence ${reason}`} onClick={onEnd}>
          End
        </Button>
      )}
    </li>
  )
}

interface EndDialogProps extends Pick<AlertPartProps, 'say'> {
  silence: Silence
  onClose: () => void
}

function EndDialog({ silence: { id, reason, weekly }, say, onClose }: EndDialogProps) {
  const change = useSilencesChange()
  const done = () => {
    say({ isGood: true, text: `The silence “${reason}” has ended` })
    onClose()
  }
  return (
    <ConfirmDialog
      title={weekly ? 'End this weekly maintenance' : 'End this silence'}
      confirm="End it"
      isBusy={change.isPending}
      error={change.error}
      onConfirm={() => change.mutate({ action: 'end', id }, { onSuccess: done })}
      onClose={onClose}
    >
      <p className="break-words">“{reason}”: alerts that it muted send their messages again.</p>
    </ConfirmDialog>
  )
}
