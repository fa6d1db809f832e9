import { useMemo, useState } from 'react'
import { groupSlow } from '../../../api/groups.js'
import { slowIdentity } from '../../../api/identity.js'
import type { Overview } from '../../../api/overview.js'
import type { RecordListing } from '../../../api/part.js'
import type { SlowGroup } from '../../../api/services.js'
import type { TimeRange } from '../../../api/time-window.js'
import type { SlowEntry } from '../../../protocol/slow-entry.js'
import { filterOverview, isNarrow, ofTrace, textTest } from '../../api/filter.js'
import { useFreshWith } from '../../api/fresh.js'
import { useIsArchived } from '../../api/history-api.js'
import { useNow } from '../../api/hooks.js'
import { useSlowEntries, useSlowGroups } from '../../api/monitoring-api.js'
import type { RouteOf } from '../../routing/pages.js'
import { changePage, changeScope, usePage, useTimeRange } from '../../routing/route.js'
import { ArchiveNote } from '../../ui/archive-note.js'
import { plural } from '../../ui/format.js'
import { boundInWords, ListNote } from '../../ui/list-note.js'
import { Loading } from '../../ui/loading.js'
import { MoreButton } from '../../ui/more-button.js'
import { NothingMatches } from '../../ui/nothing-matches.js'
import { PageBar } from '../../ui/page-bar.js'
import { rangeInWords, recordsIn, theRange } from '../../ui/period.js'
import { QueryNote } from '../../ui/query-note.js'
import { Section } from '../../ui/section.js'
import { NothingYet } from '../start/get-started.js'
import { narrowSlow, withNews } from './records.js'
import { SlowEntryRow } from './slow-entry-row.js'
import { SlowGroupsTable } from './slow-groups-table.js'
import { NothingSlow } from './slow-request-widget.js'

const STEP = 100
/** The server gives no more at once. */
const MOST = 1_000

/** What was slow: how often and how slow by route, then the entries, each with what the process did meanwhile. */
export function SlowPage({ overview }: { overview: Overview }) {
  const route = usePage('slow')
  const chosen = useTimeRange()
  const range = route.kept === 'all' && !chosen.window ? null : chosen
  // All that is stored is what the live state's store has.
  const isArchived = useIsArchived(chosen) && range !== null
  const all = { isChosen: range === null, onChoose: showAll }
  return (
    <>
      <PageBar title="Slow requests and jobs" hasPeriod all={all} />
      {isArchived && <ArchiveNote />}
      <Groups {...{ overview, route, range, isArchived }} />
      <Entries key={`${route.service} ${route.series} ${route.trace}`} {...{ overview, route, range, isArchived }} />
    </>
  )
}

/** All entries that are stored, whenever they were. */
function showAll(): void {
  changeScope({ from: 0, to: 0 })
  changePage('slow', { kept: 'all' })
}

interface PartProps {
  overview: Overview
  route: RouteOf<'slow'>
  /** Null for all that is stored. */
  range: TimeRange | null
  isArchived: boolean
}

function Groups({ overview, route, range, isArchived }: PartProps) {
  const now = useNow()
  const query = useSlowGroups({ service: route.service, trace: route.trace, range })
  useFreshWith(query, range?.window || isArchived ? null : overview.slow)
  // The server's groups do not say on which nodes it was; then the newest that are known here are counted.
  const isDerived = !isArchived && (query.data === undefined || route.env !== '' || route.version !== '')
  const groups = useMemo(
    () =>
      isDerived
        ? groupSlow(slowIn(ofTrace(filterOverview(overview, route).slow, route.trace), range, now))
        : matching(query.data?.items ?? [], route),
    [overview, route, range, now, query.data, isDerived],
  )
  if (query.isPending && groups.length === 0) return <Loading what="the slow groups" />
  if (groups.length === 0) return null
  return (
    <Section
      title="By route"
      aside={
        isDerived
          ? `among the newest ${overview.slow.length}`
          : `${range ? rangeInWords(range) : 'all stored entries'}, ${boundInWords(query.data)}`
      }
    >
      <div className="flex flex-col gap-2">
        <QueryNote
          query={query}
          instead={isArchived ? 'There is no count to show.' : 'The page counts the entries it has.'}
        />
        <ListNote listing={isDerived ? undefined : query.data} what="routes and jobs" />
        <SlowGroupsTable groups={groups} />
      </div>
    </Section>
  )
}

function matching(groups: readonly SlowGroup[], { q }: RouteOf<'slow'>): readonly SlowGroup[] {
  const matches = textTest(q)
  return groups.filter(({ service, name }) => matches([service, name]))
}

function Entries({ overview, route, range, isArchived }: PartProps) {
  const [limit, setLimit] = useState(STEP)
  const now = useNow()
  const query = useSlowEntries({ service: route.service, name: route.series, trace: route.trace, range }, limit)
  const entries = useMemo(
    () =>
      isArchived
        ? narrowSlow(query.data?.items ?? [], overview, { ...route, env: '', version: '' })
        : slowIn(narrowSlow(withNews(overview.slow, query.data?.items), overview, route), range, now),
    [overview, route, range, now, isArchived, query.data],
  )
  const total = Math.min(query.data?.total ?? 0, MOST)
  if (query.isPending && entries.length === 0) return <Loading what="the slow entries" />
  return (
    <Section title="Entries" aside={entries.length > 0 ? `newest ${entries.length}` : ''}>
      <div className="flex flex-col gap-3">
        <QueryNote
          query={query}
          instead={
            isArchived ? 'There is no entry to show.' : `The page shows those among the newest ${overview.slow.length}.`
          }
        />
        <ListNote listing={query.data && askedOf(query.data, limit)} what="entries" />
        <List
          overview={overview}
          entries={entries}
          isNarrowed={isNarrow(route) || route.series !== '' || route.trace !== ''}
          range={range}
        />
        <MoreButton
          rest={total - limit}
          step={STEP}
          what="entry"
          many="entries"
          onMore={() => setLimit(Math.min(MOST, limit + STEP))}
        />
        {(query.data?.total ?? 0) > MOST && limit >= MOST && (
          <p className="label text-center">
            {plural(query.data?.total ?? 0, 'entry', 'entries')} in all; choose a service to see its oldest.
          </p>
        )}
      </div>
    </Section>
  )
}

interface ListProps {
  overview: Overview
  entries: readonly SlowEntry[]
  /** Whether a filter may have left the others out. */
  isNarrowed: boolean
  range: TimeRange | null
}

function List({ overview, entries, isNarrowed, range }: ListProps) {
  if (entries.length > 0)
    return (
      <ul className="panel long overflow-hidden">
        {entries.map((entry) => (
          <SlowEntryRow key={slowIdentity(entry)} entry={entry} />
        ))}
      </ul>
    )
  if (isNarrowed) return <NothingMatches />
  return (
    <NothingYet overview={overview}>
      <NothingSlow when={range ? theRange(range) : ''}>
        {range && (
          <button type="button" className="font-medium text-accent hover:underline" onClick={showAll}>
            Show all that are stored
          </button>
        )}
      </NothingSlow>
    </NothingYet>
  )
}

function slowIn(entries: readonly SlowEntry[], range: TimeRange | null, now: number): readonly SlowEntry[] {
  return range ? recordsIn(entries, range, now) : entries
}

/** What could not be read in time is said above. */
function askedOf(listing: RecordListing<SlowEntry>, limit: number): RecordListing<SlowEntry> {
  return { ...listing, total: Math.min(listing.total, limit), unread: [] }
}
