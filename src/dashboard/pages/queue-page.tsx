import { useEffect } from 'react'
import type { Overview } from '../../protocol/overview.js'
import type { QueueView } from '../../protocol/queue-views.js'
import { Loading } from '../components/loading.js'
import { PageBar } from '../components/page-bar.js'
import { Problem } from '../components/problem.js'
import { Crumbs } from '../components/queue/crumbs.js'
import { JobList } from '../components/queue/job-list.js'
import { NotConnected } from '../components/queue/no-queues.js'
import { QueueButtons } from '../components/queue/queue-buttons.js'
import { QueueCharts } from '../components/queue/queue-charts.js'
import { QueueFigures } from '../components/queue/queue-figures.js'
import { QueueHead } from '../components/queue/queue-head.js'
import { UnknownQueue } from '../components/queue/unknown-queue.js'
import { useJobDoing } from '../components/queue/use-job-doing.js'
import { useQueueView } from '../components/queue/use-queue-view.js'
import { firstState } from '../view/queue/queues.js'
import { choose, useChoice } from '../view/url-state.js'

/** One queue: its figures, what is wrong with it, and its jobs. */
export function QueuePage({ overview }: { overview: Overview }) {
  const { queue: key } = useChoice()
  const { queue, error, isPending } = useQueueView(overview, key)
  if (queue) return <Content key={key} queue={queue} error={error} />
  return (
    <>
      <Crumbs />
      <PageBar title="Queue" hasFilter={false} />
      <Problem error={error} />
      {isPending ? <Loading what="the queue" /> : <UnknownQueue />}
    </>
  )
}

function Content({ queue, error }: { queue: QueueView; error: Error | null }) {
  const choice = useChoice()
  const doing = useJobDoing(queue)
  const state = queue.states.find((known) => known === choice.state) ?? firstState(queue)
  // What is opened first stays open when its last job is gone, and is in the URL that is sent to somebody.
  useEffect(() => {
    if (choice.state !== state) choose({ state })
  }, [choice.state, state])
  return (
    <>
      <QueueHead queue={queue} buttons={<QueueButtons queue={queue} state={state} say={doing.say} />} />
      <Problem error={error} before="The page shows the last report." />
      <div className="flex flex-col gap-4">
        <QueueFigures queue={queue} />
        <QueueCharts samples={queue.samples} />
      </div>
      {queue.actions.includes('list') ? <JobList queue={queue} state={state} doing={doing} /> : <NotConnected />}
      {doing.dialog}
    </>
  )
}
