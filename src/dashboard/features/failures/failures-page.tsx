import { useCallback, useMemo, useState } from 'react'
import type { JobSelection } from '../../../api/bulk.js'
import type { FailureGroup, FailureListing } from '../../../api/failures.js'
import type { Overview } from '../../../api/overview.js'
import type { QueueView } from '../../../api/queues.js'
import type { Session } from '../../../api/session.js'
import { textTest } from '../../api/filter.js'
import { FAILURES_STEP, MOST_FAILURES, useFailures } from '../../api/queues-api.js'
import { useSession } from '../../api/session.js'
import type { RouteOf } from '../../routing/pages.js'
import { usePage } from '../../routing/route.js'
import { Button } from '../../ui/button.js'
import { EmptyState } from '../../ui/empty-state.js'
import { compared, plural } from '../../ui/format.js'
import { Loading } from '../../ui/loading.js'
import { NothingMatches } from '../../ui/nothing-matches.js'
import { PageBar } from '../../ui/page-bar.js'
import { QueryNote } from '../../ui/query-note.js'
import { BulkDialog } from '../bulk/bulk-dialog.js'
import { offers } from '../queues/job-actions.js'
import { keysMeant } from '../queues/queues.js'
import { UnreadQueues } from '../queues/unread-queues.js'
import { FailureRow } from './failure-row.js'

/** Failed jobs of all queues by kind of error: how often lately, where, and trying them all again. */
export function FailuresPage({ overview }: { overview: Overview }) {
  const route = usePage('failures')
  const [depth, setDepth] = useState(FAILURES_STEP)
  const query = useFailures(depth)
  const goOn = () => (depth < MOST_FAILURES ? setDepth(depth + FAILURES_STEP) : void query.refetch())
  const shown = useMemo(() => narrowed(query.data?.groups ?? [], overview, route), [query.data, overview, route])
  return (
    <>
      <PageBar title="Failures" />
      <div className="flex flex-col gap-3">
        <QueryNote query={query} instead="" />
        {query.data && <Limits listing={query.data} queues={overview.queues} isBusy={query.isFetching} onGoOn={goOn} />}
        {query.data ? (
          <Groups shown={shown} listing={query.data} queues={overview.queues} opened={route.fingerprint} />
        ) : (
          query.isPending && <Loading what="the failures" />
        )}
      </div>
    </>
  )
}

interface GroupsProps {
  shown: readonly FailureGroup[]
  listing: FailureListing
  queues: readonly QueueView[]
  /** The fingerprint of the group that the URL names. */
  opened: string
}

function Groups({ shown, listing, queues, opened }: GroupsProps) {
  const total = listing.groups.length
  const session = useSession()
  const [asked, setAsked] = useState<FailureGroup | null>(null)
  const onRetry = useCallback((group: FailureGroup) => setAsked(group), [])
  if (total === 0) return <NoFailures queues={queues} isWhole={listing.partial.length + listing.failed.length === 0} />
  if (shown.length === 0) return <NothingMatches />
  return (
    <>
      <p className="label">{plural(shown.length, 'kind')} of error, the newest first</p>
      <ul className="panel long overflow-hidden">
        {shown.map((group) => (
          <FailureRow
            key={`${group.fingerprint}\n${group.name}`}
            group={group}
            isOpen={group.fingerprint === opened}
            canRetry={retryable(group, queues, session).length > 0}
            onRetry={onRetry}
          />
        ))}
      </ul>
      {asked && (
        <BulkDialog
          action="retry"
          selection={selectionOf(asked, retryable(asked, queues, session))}
          of={asked.queues.length === 1 ? (asked.queues[0]?.name ?? '') : plural(asked.queues.length, 'queue')}
          onClose={() => setAsked(null)}
        />
      )}
    </>
  )
}

/** Those of a group's queues in which the reader may retry. */
function retryable(group: FailureGroup, queues: readonly QueueView[], session: Session | null): readonly string[] {
  const can = new Set(queues.filter((queue) => offers(queue, 'retry', session)).map(({ key }) => key))
  return group.queues.map(({ key }) => key).filter((key) => can.has(key))
}

function selectionOf({ fingerprint, name }: FailureGroup, queues: readonly string[]): JobSelection {
  return { queues, state: 'failed', ids: null, name: name || null, fingerprint, text: null }
}

/** What the counts are without. */
interface LimitsProps {
  listing: FailureListing
  queues: readonly QueueView[]
  isBusy: boolean
  onGoOn: () => void
}

function Limits({ listing: { partial, failed, left }, queues, isBusy, onGoOn }: LimitsProps) {
  const nameOf = (key: string) => queues.find((queue) => queue.key === key)?.name ?? key
  return (
    <>
      <UnreadQueues failed={failed} queues={queues} />
      {partial.length > 0 && (
        <div className="flex flex-wrap items-center gap-3">
          <p className="label">
            Zenith counted only the newest failures of{' '}
            {partial.map(({ key, looked, total }) => `${nameOf(key)} (${compared(looked, total)})`).join(', ')}.
          </p>
          <Button disabled={isBusy} onClick={onGoOn}>
            Check more
          </Button>
        </div>
      )}
      {left !== undefined && <p className="label">{plural(left, 'kind')} of error with older failures not shown.</p>}
    </>
  )
}

function NoFailures({ queues, isWhole }: { queues: readonly QueueView[]; isWhole: boolean }) {
  const read = queues.filter(({ actions, states }) => actions.includes('list') && states.includes('failed'))
  if (read.length > 0)
    return (
      <div className="panel px-4 py-12">
        <EmptyState title={isWhole ? 'No failed jobs' : 'No failed jobs so far'}>
          {isWhole
            ? `${plural(read.length, 'queue')} checked: none keeps a failed job.`
            : 'Zenith has not read all queues to the end.'}
        </EmptyState>
      </div>
    )
  return (
    <div className="panel px-4 py-12">
      <EmptyState title="No failed jobs">
        Failed jobs of the queues that this Zenith is connected to appear here by their error. To connect it, start it
        with <code>--queues</code>.
      </EmptyState>
    </div>
  )
}

function narrowed(
  groups: readonly FailureGroup[],
  overview: Overview,
  scope: RouteOf<'failures'>,
): readonly FailureGroup[] {
  const matches = textTest(scope.q)
  const isMeant = keysMeant(overview, scope)
  return groups
    .filter(
      ({ name, title, error, queues, fingerprint }) =>
        (!scope.fingerprint || fingerprint === scope.fingerprint) &&
        queues.some(({ key }) => isMeant(key)) &&
        matches([name, title, error, fingerprint, ...queues.map((queue) => queue.name)]),
    )
    .sort((a, b) => (b.last ?? 0) - (a.last ?? 0))
}
