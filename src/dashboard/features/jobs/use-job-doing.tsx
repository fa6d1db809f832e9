import { type ReactNode, useState } from 'react'
import type { JobAction } from '../../../api/actions.js'
import type { JobSelection } from '../../../api/bulk.js'
import type { QueueView } from '../../../api/queues.js'
import type { JobOutcome, JobPlace } from '../../../protocol/jobs.js'
import type { JobState } from '../../../protocol/queues.js'
import { useJobsChange } from '../../api/changes.js'
import { ConfirmDialog } from '../../ui/confirm-dialog.js'
import { Notice, type NoticeText } from '../../ui/notice.js'
import type { Wanted } from '../../ui/typed-word.js'
import { BulkDialog } from '../bulk/bulk-dialog.js'
import { confirmedBy, useConfirmation } from '../queues/confirmation.js'
import { actionTitle, consequence, doneWords } from '../queues/job-actions.js'
import { clearSelection, deselect } from './selection.js'

/** So many jobs are dealt with at once; more of them go in the background. */
const AT_ONCE = 100

interface Asked {
  action: JobAction
  state: JobPlace
  /** Null: all that match. */
  ids: readonly string[] | null
  /** What they have in common, when all are meant. */
  text: string
}

export interface JobDoing {
  /** Asks whether to do it; with more jobs than can be dealt with at once it is counted first. */
  ask(asked: Asked): void
  /** What is asked, over the page. */
  dialog: ReactNode
  /** What came of it. */
  notice: ReactNode
  say(notice: NoticeText | null): void
}

/** Retrying, starting and removing jobs of a queue. @param onDone is told of those that it worked with */
export function useJobDoing(
  { key, name }: Pick<QueueView, 'key' | 'name'>,
  onDone?: (action: JobAction) => void,
): JobDoing {
  const [asked, setAsked] = useState<Asked | null>(null)
  const [notice, setNotice] = useState<NoticeText | null>(null)
  const change = useJobsChange(key)
  const close = () => {
    setAsked(null)
    change.reset()
  }
  const confirm = ({ action }: Asked, ids: string[], wanted: Wanted | null) =>
    change.mutate(
      { action, ids, ...confirmedBy(wanted) },
      {
        onSuccess: ({ outcomes }) => {
          deselect(ids)
          setNotice(noticeOf(action, outcomes))
          close()
          if (outcomes.some(({ ok }) => ok)) onDone?.(action)
        },
      },
    )
  return {
    ask: (next) => {
      setNotice(null)
      setAsked(next)
    },
    say: setNotice,
    notice: <Notice notice={notice} onClose={() => setNotice(null)} />,
    dialog: !asked ? null : asked.state === 'stuck' || (asked.ids && asked.ids.length <= AT_ONCE) ? (
      <SmallDialog
        asked={asked}
        ids={asked.ids ?? []}
        of={name}
        isBusy={change.isPending}
        error={change.error}
        onConfirm={(wanted) => confirm(asked, [...(asked.ids ?? [])], wanted)}
        onClose={close}
      />
    ) : (
      <BulkDialog
        action={asked.action}
        selection={selectionOf(key, asked, asked.state)}
        of={name}
        onClose={(isStarted) => {
          if (isStarted) clearSelection()
          close()
        }}
      />
    ),
  }
}

interface SmallDialogProps {
  asked: Asked
  ids: readonly string[]
  of: string
  isBusy: boolean
  error: Error | null
  /** @param wanted what was typed; null for nothing */
  onConfirm: (wanted: Wanted | null) => void
  onClose: () => void
}

function SmallDialog({ asked: { action, state }, ids, of, onConfirm, ...rest }: SmallDialogProps) {
  const removal = useConfirmation('queue.remove', of, ids.length)
  const wanted = action === 'remove' ? removal : null
  return (
    <ConfirmDialog
      title={actionTitle(action, ids.length, state, of)}
      isDanger={action === 'remove'}
      wanted={wanted}
      onConfirm={() => onConfirm(wanted)}
      {...rest}
    >
      <p>{consequence(action, ids.length)}</p>
      {ids.length === 1 && <p className="truncate font-mono text-xs text-soft">{ids[0]}</p>}
    </ConfirmDialog>
  )
}

function selectionOf(key: string, { ids, text }: Asked, state: JobState): JobSelection {
  return { queues: [key], state, ids, name: null, fingerprint: null, text: text || null }
}

function noticeOf(action: JobAction, outcomes: readonly JobOutcome[]): NoticeText {
  const failed = outcomes.filter(({ ok }) => !ok)
  return {
    isGood: failed.length === 0,
    text: doneWords(action, outcomes.length - failed.length, outcomes.length),
    details: failed.map(({ id, reason }) => `${id}: ${reason ?? 'not done, reason unknown'}`),
  }
}
