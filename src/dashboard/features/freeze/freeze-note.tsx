import { Snowflake, TriangleAlert } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { Freeze, FreezeState } from '../../../api/freeze.js'
import { useFreezeChange } from '../../api/freeze-api.js'
import { useCan } from '../../api/session.js'
import { Button } from '../../ui/button.js'
import { ConfirmDialog } from '../../ui/confirm-dialog.js'
import { exactTime, sentence } from '../../ui/format.js'
import { Moment } from '../../ui/moment.js'
import { FreezeForm } from './freeze-form.js'

/** The freeze above every page: until when, by whom, why, and the way out for who may. */
export function FreezeNote({ state: { freeze, active, untrusted } }: { state: FreezeState }) {
  if (freeze) return <Known freeze={freeze} isActive={active} />
  if (!untrusted) return null
  return (
    <Frame icon={<TriangleAlert className="mt-0.5 size-4 shrink-0 sm:mt-2 text-warn" aria-hidden="true" />}>
      <p>
        Redis has a change freeze without a valid signature. Zenith ignores it: anyone who can write there could have
        written it.
      </p>
      <Buttons freeze={null} />
    </Frame>
  )
}

function Known({ freeze, isActive }: { freeze: Freeze; isActive: boolean }) {
  const { from, until, by, reason } = freeze
  return (
    <Frame icon={<Snowflake className="mt-0.5 size-4 shrink-0 sm:mt-2 text-accent" aria-hidden="true" />}>
      <p className="min-w-0 flex-1 basis-full break-words sm:basis-0">
        <b className="font-semibold">
          {isActive ? 'Changes are frozen' : `Changes freeze at ${exactTime(from)}`} until {exactTime(until)}
        </b>{' '}
        (<Moment at={isActive ? until : from} />) by {by}: {sentence(reason)}
      </p>
      <Buttons freeze={freeze} />
    </Frame>
  )
}

function Frame({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <div role="status" className="flex items-start gap-2.5 rounded-xl border border-accent/40 bg-accent/5 px-4 py-3">
      {icon}
      <div className="flex min-w-0 flex-1 flex-wrap items-center gap-x-4 gap-y-2">{children}</div>
    </div>
  )
}

function Buttons({ freeze }: { freeze: Freeze | null }) {
  const [asked, setAsked] = useState<'change' | 'lift' | null>(null)
  if (!useCan('cluster.freeze')) return null
  const close = () => setAsked(null)
  return (
    <div className="flex gap-1.5">
      {freeze && <Button onClick={() => setAsked('change')}>Change</Button>}
      <Button onClick={() => setAsked('lift')}>{freeze ? 'Lift' : 'Remove'}</Button>
      {asked === 'lift' && <LiftQuestion isKnown={freeze !== null} onClose={close} />}
      {asked === 'change' && <FreezeForm before={freeze} onClose={close} />}
    </div>
  )
}

function LiftQuestion({ isKnown, onClose }: { isKnown: boolean; onClose: () => void }) {
  const change = useFreezeChange()
  return (
    <ConfirmDialog
      title={isKnown ? 'Lift the change freeze' : 'Remove the unsigned change freeze'}
      isBusy={change.isPending}
      error={change.error}
      onConfirm={() => change.mutate({ action: 'lift' }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p>
        {isKnown
          ? 'Everyone with the rights can change queues, jobs, schedulers, nodes and the archive again. Bulk operations that it stopped wait until someone resumes them.'
          : 'It freezes nothing, and this note disappears.'}
      </p>
    </ConfirmDialog>
  )
}
