import { Copy } from 'lucide-react'
import { useState } from 'react'
import type { JobView } from '../../../api/jobs.js'
import type { QueueView } from '../../../api/queues.js'
import { useQueueChange } from '../../api/changes.js'
import { useSession } from '../../api/session.js'
import { ActionButton } from '../../ui/action-button.js'
import { ConfirmDialog } from '../../ui/confirm-dialog.js'
import { PageLink } from '../../ui/page-link.js'
import { ACTION_NAMES, jobActions, offers } from '../queues/job-actions.js'
import { ACTION_ICONS, ACTION_KEYS } from './job-row.js'
import type { JobDoing } from './use-job-doing.js'

/** What can be done with one job. */
export function JobButtons({ queue, job, doing }: { queue: QueueView; job: JobView; doing: JobDoing }) {
  const session = useSession()
  const [isCopying, setCopying] = useState(false)
  return (
    <div data-bar="" className="flex flex-wrap gap-1.5 empty:hidden">
      {jobActions(queue, job.state, session).map((action) => {
        const Icon = ACTION_ICONS[action]
        return (
          <ActionButton
            key={action}
            data-shortcut={ACTION_KEYS[action]}
            onClick={() => doing.ask({ action, state: job.state, ids: [job.id], text: '' })}
          >
            <Icon className="size-3.5" aria-hidden="true" />
            {ACTION_NAMES[action]}
          </ActionButton>
        )
      })}
      {offers(queue, 'duplicate', session) && (
        <ActionButton onClick={() => setCopying(true)}>
          <Copy className="size-3.5" aria-hidden="true" />
          Duplicate
        </ActionButton>
      )}
      {isCopying && <CopyDialog queue={queue} job={job} doing={doing} onClose={() => setCopying(false)} />}
    </div>
  )
}

interface CopyDialogProps {
  queue: QueueView
  job: JobView
  doing: JobDoing
  onClose: () => void
}

function CopyDialog({ queue, job: { id, name }, doing, onClose }: CopyDialogProps) {
  const change = useQueueChange(queue.key)
  const copy = () =>
    change.mutate(
      { action: 'duplicate', id },
      {
        onSuccess: ({ job }) => {
          doing.say({ isGood: true, text: <Copied queue={queue.key} id={job?.id ?? ''} /> })
          onClose()
        },
      },
    )
  return (
    <ConfirmDialog
      title={`Add a copy of ${name} to ${queue.name}`}
      isBusy={change.isPending}
      error={change.error}
      onConfirm={copy}
      onClose={onClose}
    >
      <p>
        This adds a new job with the same data and options for the queue’s own workers. The original stays as it is.
      </p>
    </ConfirmDialog>
  )
}

function Copied({ queue, id }: { queue: string; id: string }) {
  return (
    <>
      The copy is job{' '}
      <PageLink to={{ page: 'job', queue, job: id }} className="font-mono text-accent hover:underline">
        {id}
      </PageLink>
    </>
  )
}
