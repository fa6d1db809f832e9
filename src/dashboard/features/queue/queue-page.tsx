import { useEffect } from 'react'
import type { Overview } from '../../../api/overview.js'
import type { QueueView } from '../../../api/queues.js'
import { changePage, usePage } from '../../routing/route.js'
import { Loading } from '../../ui/loading.js'
import { PageBar } from '../../ui/page-bar.js'
import { Problem } from '../../ui/problem.js'
import { useNarrow } from '../../ui/use-narrow.js'
import { JobList } from '../jobs/job-list.js'
import { useJobDoing } from '../jobs/use-job-doing.js'
import { Crumbs } from '../queues/crumbs.js'
import { NotConnected } from '../queues/no-queues.js'
import { firstState } from '../queues/queues.js'
import { UnknownQueue } from '../queues/unknown-queue.js'
import { useQueueView } from '../queues/use-queue-view.js'
import { QueueButtons } from './queue-buttons.js'
import { QueueCharts } from './queue-charts.js'
import { QueueFigures } from './queue-figures.js'
import { QueueHead } from './queue-head.js'
import { QueueRunFigures } from './queue-runs.js'

/** One queue: its figures, what is wrong with it, and its jobs. */
export function QueuePage({ overview }: { overview: Overview }) {
  const { queue: key } = usePage('queue')
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
  const route = usePage('queue')
  const doing = useJobDoing(queue)
  const isNarrow = useNarrow()
  const runs = <QueueRunFigures queue={queue} />
  const state = queue.states.find((known) => known === route.state) ?? firstState(queue)
  // What is opened first stays open when its last job is gone, and is in the URL that is sent to somebody.
  useEffect(() => {
    if (route.state !== state) changePage('queue', { state })
  }, [route.state, state])
  return (
    <>
      <QueueHead queue={queue} buttons={<QueueButtons queue={queue} state={state} say={doing.say} />} />
      <Problem error={error} before="The page shows the last report." />
      <div className="flex flex-col gap-4">
        <QueueFigures queue={queue} />
        <QueueCharts queue={queue} />
        {!isNarrow && runs}
      </div>
      {queue.actions.includes('list') ? <JobList queue={queue} state={state} doing={doing} /> : <NotConnected />}
      {/* On a phone the charts would push the jobs out of reach. */}
      {isNarrow && runs}
      {doing.dialog}
    </>
  )
}
