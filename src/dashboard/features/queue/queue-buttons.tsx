import { Eraser, Pause, Play, Plus, Trash2 } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { QueueAction } from '../../../api/actions.js'
import type { QueueChangeInput } from '../../../api/changes.js'
import type { QueueView } from '../../../api/queues.js'
import type { LookedAt } from '../../../protocol/jobs.js'
import type { JobState } from '../../../protocol/queues.js'
import { type QueueAnswer, useQueueChange } from '../../api/changes.js'
import { useSession } from '../../api/session.js'
import { ActionButton } from '../../ui/action-button.js'
import { ConfirmDialog } from '../../ui/confirm-dialog.js'
import { count, exact, plural, roughly } from '../../ui/format.js'
import type { NoticeText } from '../../ui/notice.js'
import { PageLink } from '../../ui/page-link.js'
import { confirmedBy, useConfirmation } from '../queues/confirmation.js'
import { offers } from '../queues/job-actions.js'
import { backlog } from '../queues/queues.js'
import { AddDialog } from './add-dialog.js'
import { CleanDialog } from './clean-dialog.js'

type Asked = Exclude<QueueAction, 'duplicate'>

interface QueueButtonsProps {
  queue: QueueView
  /** The state that is looked at. */
  state: JobState
  say: (notice: NoticeText) => void
}

/** What can be done with the queue as a whole, each after a question. */
export function QueueButtons({ queue, state, say }: QueueButtonsProps) {
  const [asked, setAsked] = useState<Asked | null>(null)
  const session = useSession()
  const can = (action: 'pause' | 'add' | 'clean' | 'empty') => offers(queue, action, session)
  const buttons: readonly (readonly [Asked, string, typeof Pause])[] = [
    ...(can('pause')
      ? [queue.paused ? (['resume', 'Resume', Play] as const) : (['pause', 'Pause', Pause] as const)]
      : []),
    ...(can('add') ? [['add', 'Add job', Plus] as const] : []),
    ...(can('clean') ? [['clean', 'Clean', Eraser] as const] : []),
    ...(can('empty') ? [['empty', 'Empty', Trash2] as const] : []),
  ]
  return (
    <div className="flex flex-wrap gap-1.5 empty:hidden">
      {buttons.map(([action, name, Icon]) => (
        <ActionButton key={action} onClick={() => setAsked(action)}>
          <Icon className="size-3.5" aria-hidden="true" />
          {name}
        </ActionButton>
      ))}
      {asked && <Question asked={asked} queue={queue} state={state} say={say} onClose={() => setAsked(null)} />}
    </div>
  )
}

interface QuestionProps extends QueueButtonsProps {
  asked: Asked
  onClose: () => void
}

function Question({ asked, queue, state, say, onClose }: QuestionProps) {
  const change = useQueueChange(queue.key)
  const clean = useConfirmation('queue.clean', queue.name)
  const empty = useConfirmation('queue.empty', queue.name)
  const take = (body: QueueChangeInput) =>
    change.mutate(body, {
      onSuccess: (answer) => {
        say(noticeOf(body, answer, { queue, say }))
        onClose()
      },
    })
  const shared = { queue, isBusy: change.isPending, error: change.error, onClose }
  if (asked === 'add') return <AddDialog {...shared} onAdd={(job) => take({ action: 'add', job })} />
  if (asked === 'clean')
    return (
      <CleanDialog
        {...shared}
        wanted={clean}
        state={state}
        onClean={(asked) => take({ action: 'clean', ...asked, ...confirmedBy(clean) })}
      />
    )
  const { title, body } = wordsOf(asked, queue)
  return (
    <ConfirmDialog
      {...shared}
      title={title}
      isDanger={asked === 'empty'}
      wanted={asked === 'empty' ? empty : null}
      onConfirm={() => take(asked === 'empty' ? { action: asked, ...confirmedBy(empty) } : { action: asked })}
    >
      <p>{body}</p>
    </ConfirmDialog>
  )
}

function wordsOf(asked: 'pause' | 'resume' | 'empty', { name, metrics, approximate }: QueueView) {
  const waiting = backlog(metrics)
  if (asked === 'pause')
    return {
      title: `Pause ${name}`,
      body: 'Its workers take no new jobs until you resume it. Running jobs finish.',
    }
  if (asked === 'resume')
    return {
      title: `Resume ${name}`,
      body: `Its workers take jobs again: ${roughly(count(waiting), approximate)} wait.`,
    }
  const amount = (waiting ?? 0) + (metrics.delayed ?? 0)
  const isKnown = waiting !== null
  return {
    title: isKnown
      ? `Remove ${roughly(plural(amount, 'job'), approximate)} waiting in ${name}`
      : `Remove all waiting in ${name}`,
    body: 'This removes all waiting and delayed jobs, with their data. Running, completed and failed ones stay. You can’t undo this.',
  }
}

type Told = Pick<QueueButtonsProps, 'queue' | 'say'>

/** What came of it; what did not look at all jobs can go on. */
function noticeOf(body: QueueChangeInput, answer: QueueAnswer, told: Told): NoticeText {
  const text = outcome(body, answer, told.queue)
  const { partial, cursor = null } = answer
  if (!partial) return { isGood: true, text }
  const next = body.action === 'clean' ? { ...body, cursor } : body
  return { isGood: false, text: <Stopped text={text} partial={partial} next={next} {...told} /> }
}

function Stopped({
  text,
  partial,
  next,
  ...told
}: Told & { text: ReactNode; partial: LookedAt; next: QueueChangeInput }) {
  const change = useQueueChange(told.queue.key)
  const goOn = () => change.mutate(next, { onSuccess: (answer) => told.say(noticeOf(next, answer, told)) })
  return (
    <div className="flex flex-wrap items-center gap-3">
      <span>
        {text}. Zenith checked {exact(partial.looked)} of {exact(partial.total)} jobs: there may be more.
      </span>
      <ActionButton disabled={change.isPending} onClick={goOn}>
        Continue
      </ActionButton>
      {change.error && <span>{change.error.message}</span>}
    </div>
  )
}

function outcome({ action }: QueueChangeInput, { removed, job }: QueueAnswer, { key, name }: QueueView): ReactNode {
  if (action === 'pause') return `${name} is paused`
  if (action === 'resume') return `${name} is resumed`
  if (job)
    return (
      <>
        Added to {name} as{' '}
        <PageLink to={{ page: 'job', queue: key, job: job.id }} className="font-mono text-accent hover:underline">
          {job.id}
        </PageLink>
      </>
    )
  return `${plural(removed ?? 0, 'job')} removed from ${name}`
}
