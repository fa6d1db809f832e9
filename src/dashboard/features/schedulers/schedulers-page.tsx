import { Plus } from 'lucide-react'
import { useCallback, useMemo, useState } from 'react'
import type { Overview } from '../../../api/overview.js'
import type { QueueView } from '../../../api/queues.js'
import type { SchedulerListing, SchedulerView } from '../../../api/schedulers.js'
import type { Session } from '../../../api/session.js'
import { useSchedulerChange } from '../../api/changes.js'
import { textTest } from '../../api/filter.js'
import { useSchedulers } from '../../api/queues-api.js'
import { can, useSession } from '../../api/session.js'
import type { Scope } from '../../routing/pages.js'
import { useRoute } from '../../routing/route.js'
import { ActionButton } from '../../ui/action-button.js'
import { EmptyState } from '../../ui/empty-state.js'
import { count } from '../../ui/format.js'
import { Loading } from '../../ui/loading.js'
import { NothingMatches } from '../../ui/nothing-matches.js'
import { Notice, type NoticeText } from '../../ui/notice.js'
import { PageBar } from '../../ui/page-bar.js'
import { QueryNote } from '../../ui/query-note.js'
import { UnreadDocuments, UntrustedDocuments } from '../activity/trail-state.js'
import { keysMeant } from '../queues/queues.js'
import { UnreadQueues } from '../queues/unread-queues.js'
import { SchedulerDetails } from './scheduler-details.js'
import { SchedulerForm } from './scheduler-form.js'
import { SchedulerQuestion } from './scheduler-question.js'
import { type SchedulerAsk, SchedulerTable } from './scheduler-table.js'

/** What makes jobs by the clock, in all queues. */
export function SchedulersPage({ overview }: { overview: Overview }) {
  const route = useRoute()
  const query = useSchedulers('')
  const session = useSession()
  const [asked, setAsked] = useState<Asked | null>(null)
  const [notice, setNotice] = useState<NoticeText | null>(null)
  const onAsk = useCallback((what: SchedulerAsk, scheduler: SchedulerView) => setAsked({ what, scheduler }), [])
  const places = useMemo(() => placesOf(overview.queues, session), [overview.queues, session])
  const shown = useMemo(() => narrowed(query.data?.items ?? [], overview, route), [query.data, overview, route])
  return (
    <>
      <PageBar
        title="Schedulers"
        more={
          places.length > 0 && (
            <ActionButton className="h-9" onClick={() => setAsked({ what: 'save', scheduler: null })}>
              <Plus className="size-3.5" aria-hidden="true" />
              New scheduler
            </ActionButton>
          )
        }
      />
      <div className="flex flex-col gap-3">
        <Notice notice={notice} onClose={() => setNotice(null)} />
        <QueryNote query={query} instead="" />
        {query.data && <Limits answer={query.data} queues={overview.queues} />}
        {query.data ? (
          <List shown={shown} total={query.data.items.length} onAsk={onAsk} />
        ) : (
          query.isPending && <Loading what="the schedulers" />
        )}
      </div>
      {asked && (
        <Overlay
          key={asked.what}
          asked={asked}
          onAsk={onAsk}
          places={places}
          say={setNotice}
          onClose={() => setAsked(null)}
        />
      )}
    </>
  )
}

/** What the list is without. */
function Limits({
  answer: { partial = [], failed, untrusted = [], leftOut },
  queues,
}: {
  answer: SchedulerListing
  queues: readonly QueueView[]
}) {
  const nameOf = (key: string) => queues.find((queue) => queue.key === key)?.name ?? key
  return (
    <>
      <UnreadQueues failed={failed} queues={queues} />
      <UntrustedDocuments documents={untrusted} />
      <UnreadDocuments count={leftOut} what="paused schedulers" />
      {partial.length > 0 && (
        <p className="label">
          Zenith only lists the schedulers that are due next for{' '}
          {partial.map(({ key, looked, total }) => `${nameOf(key)} (${count(looked)} of ${count(total)})`).join(', ')}.
        </p>
      )}
    </>
  )
}

interface Asked {
  what: SchedulerAsk
  /** Null for a new one. */
  scheduler: SchedulerView | null
}

interface ListProps {
  shown: readonly SchedulerView[]
  total: number
  onAsk: (what: SchedulerAsk, scheduler: SchedulerView) => void
}

function List({ shown, total, onAsk }: ListProps) {
  if (shown.length > 0) return <SchedulerTable schedulers={shown} onAsk={onAsk} />
  if (total > 0) return <NothingMatches />
  return (
    <div className="panel px-4 py-12">
      <EmptyState title="No schedulers">
        Zenith reads schedulers from the queues that it is connected to: start it with <code>--queues</code>. In BullMQ,
        create one with <code>queue.upsertJobScheduler()</code>.
      </EmptyState>
    </div>
  )
}

interface OverlayProps {
  asked: Asked
  onAsk: ListProps['onAsk']
  places: readonly QueueView[]
  say: (notice: NoticeText) => void
  onClose: () => void
}

function Overlay({ asked: { what, scheduler }, onAsk, places, say, onClose }: OverlayProps) {
  const save = useSchedulerChange()
  if (what === 'save')
    return (
      <SchedulerForm
        before={scheduler}
        queues={places}
        isBusy={save.isPending}
        error={save.error}
        onSave={({ queue, id }, definition) =>
          save.mutate(
            { queue, action: 'save', id, definition },
            {
              onSuccess: () => {
                say({ isGood: true, text: `${id} is saved` })
                onClose()
              },
            },
          )
        }
        onClose={onClose}
      />
    )
  if (!scheduler) return null
  if (what === 'show')
    return <SchedulerDetails scheduler={scheduler} onAsk={(action) => onAsk(action, scheduler)} onClose={onClose} />
  return <SchedulerQuestion action={what} scheduler={scheduler} say={say} onClose={onClose} />
}

/** Where the reader can make a scheduler. */
function placesOf(queues: readonly QueueView[], session: Session | null): readonly QueueView[] {
  return queues.filter(
    ({ key, name, actions, readOnly }) =>
      !readOnly && actions.includes('saveScheduler') && can(session, 'scheduler.save', { key, name }),
  )
}

function narrowed(items: readonly SchedulerView[], overview: Overview, scope: Scope): readonly SchedulerView[] {
  const matches = textTest(scope.q)
  const isMeant = keysMeant(overview, scope)
  return items.filter(
    ({ id, name, queue, queueName, cron, state, attention }) =>
      isMeant(queue) && matches([id, name, queueName, cron, state, attention]),
  )
}
