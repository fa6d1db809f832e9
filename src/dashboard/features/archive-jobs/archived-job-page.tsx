import type { ArchivedJobDetail } from '../../../api/archived-jobs.js'
import type { Overview } from '../../../api/overview.js'
import type { QueueView } from '../../../api/queues.js'
import { useArchivedJob } from '../../api/archive-api.js'
import { isGone, useJob } from '../../api/queues-api.js'
import { useSession } from '../../api/session.js'
import { usePage } from '../../routing/route.js'
import { CopyButton } from '../../ui/copy-button.js'
import { EmptyState } from '../../ui/empty-state.js'
import { Facts } from '../../ui/facts.js'
import { exactTime, plural } from '../../ui/format.js'
import { LINK_BUTTON } from '../../ui/link-style.js'
import { Loading } from '../../ui/loading.js'
import { PageLink } from '../../ui/page-link.js'
import { Problem } from '../../ui/problem.js'
import { Section } from '../../ui/section.js'
import { AuditLines } from '../activity/audit-lines.js'
import { PastAlertList } from '../alerts/past-alerts.js'
import { ArchivedPayload } from './archived-payload.js'
import { AttemptBars } from './attempt-bars.js'
import { NoArchive } from './no-archive.js'
import { Outcome } from './outcome.js'

/** The life of one job: all attempts that the archive has, also of a job that its queue removed. */
export function ArchivedJobPage({ overview }: { overview: Overview }) {
  const { queue: key, job: id } = usePage('archived-job')
  const session = useSession()
  const { data, error, isPending } = useArchivedJob(key, id, session?.archive === true)
  const queue = overview.queues.find((one) => one.key === key)
  return (
    <>
      <Head id={id} job={data} queue={queue} />
      {session && !session.archive ? (
        <NoArchive what="Here you could see the life of a job that its queue removed." />
      ) : (
        <>
          {isGone(error) ? (
            <Unknown />
          ) : (
            <Problem error={error} before={data ? 'The page shows the last answer.' : ''} />
          )}
          {isPending && !error && <Loading what="the job" />}
          {data && !isGone(error) && <Content job={data} />}
        </>
      )}
    </>
  )
}

function Head({ id, job, queue }: { id: string; job: ArchivedJobDetail | undefined; queue: QueueView | undefined }) {
  const last = job?.attempts.at(-1)
  return (
    <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        <nav aria-label="Breadcrumb" className="label mb-2">
          <PageLink to={{ page: 'jobs' }} className="hover:text-accent hover:underline">
            Jobs
          </PageLink>
        </nav>
        <div className="flex min-w-0 flex-wrap items-center gap-2.5">
          <h1 id="title" tabIndex={-1} className="min-w-0 text-xl font-semibold tracking-tight break-all outline-none">
            {last ? last.name || 'Unnamed job' : 'Job'}
          </h1>
          {last && <Outcome outcome={last.outcome} />}
        </div>
        <p className="label mt-1 flex items-center gap-1.5 font-mono break-all">
          {id} <CopyButton label="Copy" text={() => id} />
        </p>
      </div>
      <div className="flex flex-wrap gap-2">
        {queue?.actions.includes('get') && <LiveJob queue={queue.key} id={id} />}
        {queue && (
          <PageLink to={{ page: 'queue', queue: queue.key }} className={LINK_BUTTON}>
            Queue {queue.name}
          </PageLink>
        )}
      </div>
    </div>
  )
}

/** The job itself, if its queue still has it. */
function LiveJob({ queue, id }: { queue: string; id: string }) {
  const { data, error } = useJob(queue, id, false)
  if (isGone(error)) return <span className="label self-center">Not in the queue any more</span>
  if (!data) return null
  return (
    <PageLink to={{ page: 'job', queue, job: id }} className={LINK_BUTTON}>
      Live job
    </PageLink>
  )
}

function Content({ job }: { job: ArchivedJobDetail }) {
  const { attempts, audit, auditSince, alerts } = job
  const [first, last] = [attempts[0], attempts.at(-1)]
  return (
    <>
      <Section title="Attempts" aside={plural(attempts.length, 'attempt')}>
        <AttemptBars attempts={attempts} />
      </Section>
      <div className="grid grid-cols-1 gap-x-4 gap-y-8 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <Section title="Payload">
          <ArchivedPayload job={job} />
        </Section>
        <Section title="Facts">
          <Facts
            facts={[
              ['queue', last?.queueName],
              ['added', at(first?.addedAt)],
              ['first start', at(first?.startedAt)],
              ['last end', at(last?.finishedAt)],
              ['service', last?.service],
              ['node', last?.node],
            ]}
          />
        </Section>
      </div>
      <Section title="Alerts then" aside="of its queue and service, while it ran">
        <PastAlertList alerts={alerts} none="No alert of its queue or service fired while it ran." />
      </Section>
      <Section title="Who acted on it" aside="single jobs only: a bulk operation names none">
        {audit.length > 0 ? (
          <AuditLines entries={audit} />
        ) : (
          <p className="label">Nobody, as far as the audit trail says.</p>
        )}
        {auditSince !== null && (
          <p className="label mt-2">The audit trail was searched since {exactTime(auditSince)}.</p>
        )}
      </Section>
    </>
  )
}

function at(time: number | null | undefined): string | null {
  return time === null || time === undefined ? null : exactTime(time)
}

function Unknown() {
  return (
    <div className="panel px-4 py-12">
      <EmptyState title="The archive has no such job">
        It has not ended yet, its worker did not pass it on, or it was deleted for its age.{' '}
        <PageLink to={{ page: 'jobs' }} className="font-medium text-accent hover:underline">
          Search finished jobs
        </PageLink>
      </EmptyState>
    </div>
  )
}
