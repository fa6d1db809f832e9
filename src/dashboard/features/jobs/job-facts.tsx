import type { JobView } from '../../../api/jobs.js'
import type { QueueView } from '../../../api/queues.js'
import { Facts } from '../../ui/facts.js'
import { bytes, count, exactTime } from '../../ui/format.js'
import { PageLink } from '../../ui/page-link.js'
import { TraceLink } from '../../ui/trace-link.js'
import { attemptsWords } from './job-cells.js'

/** What is known of a job beside what it carries. */
export function JobFacts({ job, queue }: { job: JobView; queue: QueueView }) {
  const at = (time: number | null) => (time === null ? null : exactTime(time))
  const { parent, children } = job
  return (
    <Facts
      facts={[
        ['added', at(job.addedAt)],
        ['due', at(job.runAt)],
        ['started', at(job.startedAt)],
        ['ended', at(job.finishedAt)],
        ['attempts', job.attempts === null ? null : attemptsWords(job)],
        ['priority', job.priority ? count(job.priority) : null],
        ['worker', job.worker],
        ['scheduler', job.scheduler],
        ['trace id', job.traceId && <TraceLink key="trace" traceId={job.traceId} />],
        ['payload', job.dataBytes === null ? null : bytes(job.dataBytes)],
        ['children', children && `${count(children.done)} of ${count(children.total)} done`],
        [
          'parent',
          parent &&
            (parent.queue === queue.name && !parent.isElsewhere ? (
              <PageLink to={{ page: 'job', queue: queue.key, job: parent.id }} className="text-accent hover:underline">
                {parent.id}
              </PageLink>
            ) : (
              `${parent.queue} ${parent.id}${parent.isElsewhere ? ' (elsewhere)' : ''}`
            )),
        ],
      ]}
    />
  )
}
