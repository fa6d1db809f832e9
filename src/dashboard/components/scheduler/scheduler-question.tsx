import type { SchedulerAction, SchedulerView } from '../../../protocol/queue-views.js'
import { type SchedulerChange, useSchedulerChange } from '../../live/changes.js'
import { jobChoice } from '../../view/url-state.js'
import { ConfirmDialog } from '../confirm-dialog.js'
import { PageLink } from '../page-link.js'
import type { NoticeText } from '../queue/notice.js'

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
    change.mutate({ queue, action, id } satisfies SchedulerChange, {
      onSuccess: ({ job }) => {
        say({ isGood: true, text: job ? <Added queue={queue} id={job.id} /> : done })
        onClose()
      },
    })
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
      It made job{' '}
      <PageLink to={jobChoice(queue, id)} className="font-mono text-accent hover:underline">
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
    body: `One ${name} job is added to ${queueName}. The schedule stays as it is.`,
    done: `${id} made its job`,
  }),
  pause: ({ id }) => ({
    title: `Pause ${id}`,
    body: 'It makes no more jobs until it is resumed. Zenith keeps its definition, also over a restart; an app that registers it again starts it again.',
    done: `${id} is paused`,
  }),
  resume: ({ id, isRegisteredAgain }) => ({
    title: `Resume ${id}`,
    body: isRegisteredAgain
      ? 'The app registered it again since it was paused: the definition that Zenith kept takes its place.'
      : 'It makes jobs again, by the definition that it had.',
    done: `${id} makes jobs again`,
  }),
  remove: ({ id, queueName }) => ({
    title: `Remove ${id} from ${queueName}`,
    body: 'It makes no more jobs, and its definition is gone. Jobs that it made stay. This can’t be undone.',
    done: `${id} is removed`,
  }),
}
