import { useEffect, useRef, useState } from 'react'
import type { JobAction } from '../../../api/actions.js'
import type { BulkOperation, JobSelection } from '../../../api/bulk.js'
import { useBulk } from '../../api/activity-api.js'
import { useBulkPlan, useBulkStep } from '../../api/changes.js'
import { ActionButton } from '../../ui/action-button.js'
import { Button } from '../../ui/button.js'
import { DialogButtons } from '../../ui/confirm-dialog.js'
import { Dialog } from '../../ui/dialog.js'
import { capital, plural, timeOfDay } from '../../ui/format.js'
import { PageLink } from '../../ui/page-link.js'
import { Problem } from '../../ui/problem.js'
import { isTyped, TypedWord } from '../../ui/typed-word.js'
import { confirmedBy, useBulkConfirmation } from '../queues/confirmation.js'
import { ACTION_NAMES, actionTitle, consequence } from '../queues/job-actions.js'
import { stateWord } from '../queues/queues.js'
import { LeftButtons } from './bulk-left.js'
import { BulkProgress, lookedWords, outcomeWords, Reasons, skippedTitle } from './bulk-progress.js'
import { BulkResults } from './bulk-results.js'

interface BulkDialogProps {
  action: JobAction
  selection: JobSelection
  /** The queue's name, or several in words. */
  of: string
  /** @param isStarted whether anything was done */
  onClose: (isStarted: boolean) => void
}

/**
 * Something done with many jobs: first it is counted what it is about, then somebody says yes, then it runs in the
 * background, whether this stays open or not.
 */
export function BulkDialog({ action, selection, of, onClose }: BulkDialogProps) {
  const plan = useBulkPlan()
  const step = useBulkStep()
  const [text, setText] = useState('')
  const isAsked = useRef(false)
  const { mutate } = plan
  useEffect(() => {
    if (isAsked.current) return
    isAsked.current = true
    mutate({ action, selection })
  }, [mutate, action, selection])
  const { data: operation, error } = useBulk(plan.data?.id ?? '', plan.data)
  const phase = operation?.phase ?? 'counting'
  const close = () => {
    // Counted jobs that nobody wants anything of need not be kept.
    if (operation && (phase === 'counting' || phase === 'ready')) step.mutate({ id: operation.id, step: 'cancel' })
    onClose(phase !== 'counting' && phase !== 'ready')
  }
  const take = (what: 'start' | 'resume' | 'cancel', confirm = {}) =>
    operation && step.mutate({ id: operation.id, step: what, ...confirm })
  const wanted = useBulkConfirmation(operation, of)
  const canStart = phase === 'ready' && (operation?.eligible ?? 0) > 0
  return (
    <Dialog title={`${ACTION_NAMES[action]} ${stateWord(selection.state)} jobs of ${of}`} onClose={close}>
      <div aria-live="polite" className="flex min-h-0 flex-col gap-4 overflow-y-auto px-5 py-4">
        {operation ? <Body operation={operation} /> : !plan.error && <p className="text-soft">Counting the jobs…</p>}
        {canStart && <TypedWord wanted={wanted} text={text} onText={setText} />}
        <Problem error={plan.error ?? step.error ?? error} />
      </div>
      <DialogButtons>
        {phase === 'running' && <Button onClick={() => take('cancel')}>Cancel the rest</Button>}
        {operation && <LeftButtons operation={operation} of={of} isBusy={step.isPending} onStep={take} />}
        <CloseButton phase={phase} isFailed={plan.error !== null} onClose={close} />
        {operation && canStart && (
          <StartButton
            kind={action === 'remove' ? 'danger' : 'main'}
            title={actionTitle(action, operation.eligible, selection.state, of)}
            isBusy={step.isPending}
            isReady={isTyped(text, wanted)}
            onStart={() => take('start', confirmedBy(wanted))}
          />
        )}
      </DialogButtons>
    </Dialog>
  )
}

function Body({ operation }: { operation: BulkOperation }) {
  const { phase } = operation
  if (phase === 'counting') return <BulkProgress operation={operation} />
  if (phase === 'ready') return <DryRun operation={operation} />
  return (
    <>
      {phase === 'running' ? (
        <>
          <BulkProgress operation={operation} />
          <p className="label">
            You can close this: it continues, and you find it under{' '}
            <PageLink to={{ page: 'activity', bulk: operation.id }} className="text-accent hover:underline">
              Activity
            </PageLink>
            .
          </p>
        </>
      ) : (
        <p className="font-medium">{capital(outcomeWords(operation))}</p>
      )}
      <Reasons title={skippedTitle(operation)} reasons={operation.skipped} />
      {phase !== 'running' && <BulkResults operation={operation} />}
    </>
  )
}

/** What would be done, before anything is. */
function DryRun({ operation }: { operation: BulkOperation }) {
  const { action, eligible, notEligible, isPartial, asOf, selection } = operation
  return (
    <>
      <p>
        <b className="font-semibold">{plural(eligible, 'job')}</b> of those present at {timeOfDay(asOf)}.{' '}
        {eligible > 0 && consequence(action, eligible)}
      </p>
      {selection.text && (
        <p className="label">
          Those with “{selection.text}” in their id, name or error; Zenith does not search their data.
        </p>
      )}
      {isPartial && (
        <p className="text-warn">
          More jobs match than one operation can take: {lookedWords(operation)}. Run it again for the rest when this one
          is over.
        </p>
      )}
      <Reasons title="Left out" reasons={notEligible} />
      {eligible === 0 && notEligible.length === 0 && (
        <p className="text-soft">Nothing to do: {lookedWords(operation)}.</p>
      )}
    </>
  )
}

interface StartButtonProps {
  kind: 'main' | 'danger'
  title: string
  isBusy: boolean
  /** Whether what is wanted was typed. */
  isReady: boolean
  onStart: () => void
}

function StartButton({ kind, title, isBusy, isReady, onStart }: StartButtonProps) {
  const button = useRef<HTMLButtonElement>(null)
  // What can't be undone is not pressed by an Enter that was meant for something else.
  useEffect(() => {
    if (kind === 'main') button.current?.focus()
  }, [kind])
  return (
    <ActionButton
      ref={button}
      kind={kind}
      disabled={isBusy || !isReady}
      className="h-auto min-h-8 py-1 whitespace-normal"
      onClick={onStart}
    >
      {isBusy ? 'Starting…' : title}
    </ActionButton>
  )
}

function CloseButton({ phase, isFailed, onClose }: { phase: string; isFailed: boolean; onClose: () => void }) {
  const isBefore = !isFailed && (phase === 'counting' || phase === 'ready')
  return <Button onClick={onClose}>{isBefore ? 'Cancel' : 'Close'}</Button>
}
