import type { ReactNode } from 'react'
import type { ArchivedJobFacets } from '../../../api/archived-jobs.js'
import type { Overview } from '../../../api/overview.js'
import { type JobsAsked, searchQuery, useArchivedJobs, useJobFacets } from '../../api/archive-api.js'
import { usePathOf } from '../../api/place.js'
import { useSession } from '../../api/session.js'
import { changePage, usePage, useTimeRange } from '../../routing/route.js'
import { Button } from '../../ui/button.js'
import { EmptyState } from '../../ui/empty-state.js'
import { exact, plural } from '../../ui/format.js'
import { LINK_BUTTON } from '../../ui/link-style.js'
import { Loading } from '../../ui/loading.js'
import { PageBar } from '../../ui/page-bar.js'
import { PageChips } from '../../ui/page-chips.js'
import { PageLink } from '../../ui/page-link.js'
import { Problem } from '../../ui/problem.js'
import { WindowChip } from '../../ui/window-chip.js'
import { AttemptsTable } from './attempts-table.js'
import { CompletenessNote, SwitchOn } from './completeness-note.js'
import { Facets } from './facets.js'
import { LiveJobs } from './live-jobs.js'
import { NoArchive } from './no-archive.js'
import { fieldText, obstacleOf } from './search.js'
import { SearchBar } from './search-bar.js'

/** Finished jobs of all queues, as the archive has them. */
export function ArchivedJobsPage({ overview }: { overview: Overview }) {
  const session = useSession()
  return (
    <>
      <div className="flex flex-col gap-3">
        <PageBar title="Jobs" hasFilter={false} />
        <div className="flex flex-wrap gap-2 empty:hidden">
          <PageChips />
          <WindowChip />
        </div>
      </div>
      {!session ? (
        <Loading what="the jobs" />
      ) : session.archive ? (
        <Search overview={overview} payloads={session.payloads} />
      ) : (
        <NoArchive what="Here you could search every finished job, also those that their queue removed.">
          <PageLink to={{ page: 'queues' }} className="font-medium text-accent hover:underline">
            Search live jobs
          </PageLink>
        </NoArchive>
      )}
    </>
  )
}

function Search({ overview, payloads }: { overview: Overview; payloads: boolean }) {
  const { find, service } = usePage('jobs')
  const { window } = useTimeRange()
  const obstacle = obstacleOf(find, payloads, Date.now())
  const search = [find, service && fieldText('service', service)].filter(Boolean).join(' ')
  return (
    <>
      <SearchBar obstacle={obstacle} />
      {!obstacle && <Found asked={{ search, window }} find={find} />}
      {!obstacle?.isForbidden && <LiveJobs overview={overview} search={find} />}
    </>
  )
}

function Found({ asked, find }: { asked: JobsAsked; find: string }) {
  const query = useArchivedJobs(asked, true)
  const facets = useJobFacets(asked, true)
  const pathOf = usePathOf()
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage } = query
  const jobs = data?.pages.flatMap(({ items }) => items) ?? []
  const isEverything = asked.search === '' && asked.window === null
  return (
    <div className="grid min-w-0 grid-cols-1 gap-6 lg:grid-cols-[13rem_minmax(0,1fr)]">
      <div className="min-w-0">
        {facets.data && (
          <Facets facets={facets.data} search={find} onSearch={(to) => changePage('jobs', { find: to })} />
        )}
      </div>
      <div className="flex min-w-0 flex-col gap-3">
        <Problem error={error ?? facets.error} before={data ? 'The page shows the last answer.' : ''} />
        <div className="flex flex-wrap items-center justify-between gap-3">
          <p role="status" className="label">
            {data && amountWords(jobs.length, facets.data)}
          </p>
          {jobs.length > 0 && (
            <a
              className={LINK_BUTTON}
              href={pathOf(`api/archive/jobs${searchQuery(asked, { format: 'csv', limit: '1000' })}`)}
            >
              CSV of the newest 1,000
            </a>
          )}
        </div>
        {isPending && !error && <Loading what="the jobs" />}
        {jobs.length > 0 && <AttemptsTable jobs={jobs} label="Finished jobs" />}
        {data && jobs.length === 0 && <Nothing isEverything={isEverything} isWhole={!hasNextPage} />}
        {hasNextPage && (
          <Button className="self-center" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {isFetchingNextPage ? 'Loading…' : 'Load more'}
          </Button>
        )}
        <CompletenessNote />
      </div>
    </div>
  )
}

/** `50 of 1,204 attempts`, and how far they were counted. */
function amountWords(shown: number, facets: ArchivedJobFacets | undefined): string {
  const total = facets && facets.total >= shown ? facets.total : null
  // A count that stopped before the first one says nothing.
  if (total === null || (total === 0 && facets?.isPartial)) return plural(shown, 'attempt')
  const words = `${exact(shown)} of ${exact(total)} ${total === 1 ? 'attempt' : 'attempts'}`
  return facets?.isPartial ? `${words}; only the newest ${exact(total)} were counted` : words
}

function Nothing({ isEverything, isWhole }: { isEverything: boolean; isWhole: boolean }) {
  if (!isWhole) return <Empty title="No job matches so far">There is more to search: load more.</Empty>
  if (!isEverything)
    return (
      <Empty title="No finished job matches">
        Masked values never match, and a job without an archived payload has no words.
      </Empty>
    )
  return (
    <Empty title="No finished jobs yet">
      <SwitchOn />
    </Empty>
  )
}

function Empty({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="panel px-4 py-12">
      <EmptyState title={title}>{children}</EmptyState>
    </div>
  )
}
