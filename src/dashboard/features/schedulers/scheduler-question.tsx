import type { SchedulerAction } from '../../../api/actions.js'
import type { SchedulerView } from '../../../api/schedulers.js'
import { useSchedulerChange } from '../../api/changes.js'
import { ConfirmDialog } from '../../ui/confirm-dialog.js'
import type { NoticeText } from '../../ui/notice.js'
import { PageLink } from '../../ui/page-link.js'

interface SchedulerQuestionProps {
  action: Exclude<SchedulerAction, 'save'>
  scheduler: SchedulerView
  say: (notice: NoticeText) => void
  onClose: () => void
}

/** Asks before something is done with a scheduler, and says what came of it. */
export function SchedulerQuestion({ action, scheduler, say, onClose }: SchedulerQuestionProps) {
  const { id, queue } = scheduler
  const change = useSchedulerChange()
  const { title, body, done } = WORDS[action](scheduler)
  const confirm = () =>
    change.mutate(
      { queue, action, id },
      {
        onSuccess: ({ job }) => {
          say({ isGood: true, text: job ? <Added queue={queue} id={job.id} /> : done })
          onClose()
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
      <p>{body}</p>
    </ConfirmDialog>
  )
}

function Added({ queue, id }: { queue: string; id: string }) {
  return (
    <>
      It created job{' '}
      <PageLink to={{ page: 'job', queue, job: id }} className="font-mono text-accent hover:underline">
        {id}
      </PageLink>
    </>
  )
}

interface Words {
  title: string
  body: string
  done: string
}

const WORDS: Readonly<Record<SchedulerQuestionProps['action'], (scheduler: SchedulerView) => Words>> = {
  run: ({ id, name, queueName }) => ({
    title: `Run ${id} now`,
    body: `This adds one ${name} job to ${queueName}. The schedule does not change.`,
    done: `${id} created its job`,
  }),
  pause: ({ id }) => ({
    title: `Pause ${id}`,
    body: 'It creates no jobs until you resume it, skips the runs it missed, and then continues as it is now. Zenith keeps it across restarts. If an app registers it again, it starts again.',
    done: `${id} is paused`,
  }),
  resume: ({ id, isRegisteredAgain }) => ({
    title: `Resume ${id}`,
    body: isRegisteredAgain
      ? 'An app has registered it again since you paused it: the new one stays, and Zenith drops its own copy.'
      : 'It creates jobs again on its schedule, without the runs it missed.',
    done: `${id} creates jobs again`,
  }),
  remove: ({ id, queueName }) => ({
    title: `Remove ${id} from ${queueName}`,
    body: 'It creates no more jobs, and its definition is removed. The jobs that it created stay. You can’t undo this.',
    done: `${id} is removed`,
  }),
}
