import { useDeferredValue, useMemo } from 'react'
import type { Overview } from '../../../api/overview.js'
import type { QueueView, SourceView } from '../../../api/queues.js'
import { useIsPast } from '../../api/history-api.js'
import { useSources } from '../../api/queues-api.js'
import { QUEUE_GROUPS } from '../../routing/pages.js'
import { changePage, usePage, useTimeRange } from '../../routing/route.js'
import { exact, plural } from '../../ui/format.js'
import { NothingMatches } from '../../ui/nothing-matches.js'
import { PageBar } from '../../ui/page-bar.js'
import { Section } from '../../ui/section.js'
import { JobsFound, JobsSearchField } from './jobs-search.js'
import { NoQueues } from './no-queues.js'
import { PastQueues } from './past-queues.js'
import { QueueTable } from './queue-table.js'
import { byNeed, driverWords, filterQueues } from './queues.js'

/** Queues of all systems: those that need attention, and the others; or all as they were in a time that the archive has. */
export function QueuesPage({ overview }: { overview: Overview }) {
  const { group, find } = usePage('queues')
  const isNone = overview.queues.length === 0
  const isPast = useIsPast(useTimeRange())
  const sources = useSources().data ?? []
  const failing = sources.filter(({ error, left }) => error !== null || left !== undefined)
  return (
    <>
      <PageBar title="Queues" hasPeriod more={(!isNone || isPast) && <GroupPicker chosen={group} />} />
      {!isNone && failing.length > 0 && <SourceList sources={failing} />}
      {!isNone && <JobsSearchField />}
      {isPast && !find ? (
        <PastQueues overview={overview} />
      ) : isNone ? (
        <None sources={sources} />
      ) : find ? (
        <JobsFound key={find} overview={overview} text={find} />
      ) : (
        <Queues overview={overview} />
      )}
    </>
  )
}

function None({ sources }: { sources: readonly SourceView[] }) {
  return sources.length > 0 ? <SourceList sources={sources} /> : <NoQueues />
}

/** The queues as they are now. */
function Queues({ overview }: { overview: Overview }) {
  const { q: typed, service, env, version, group } = usePage('queues')
  const q = useDeferredValue(typed)
  const { window } = useTimeRange()
  const queues = useMemo(
    () => filterQueues(overview, { q, service, env, version }),
    [overview, q, service, env, version],
  )
  return (
    <>
      {window && (
        <p role="status" className="label">
          Queues are as of now: how they were in a window needs an archive.
        </p>
      )}
      {queues.length === 0 ? <NothingMatches /> : <Tables queues={queues} group={group} />}
    </>
  )
}

function Tables({ queues, group }: { queues: readonly QueueView[]; group: string }) {
  const { attention, healthy } = useMemo(() => byNeed(queues), [queues])
  return (
    <>
      {attention.length > 0 && (
        <Section title="Needs attention" aside={plural(attention.length, 'queue')}>
          <QueueTable label="Queues that need attention" queues={attention} hasReasons group={group} />
        </Section>
      )}
      {healthy.length > 0 && (
        <Section title="Healthy" aside={plural(healthy.length, 'queue')}>
          <QueueTable label="Healthy queues" queues={healthy} hasReasons={false} group={group} />
        </Section>
      )}
    </>
  )
}

const GROUP_TITLES: Readonly<Record<string, string>> = { '': 'Not grouped', service: 'By service' }

function GroupPicker({ chosen }: { chosen: string }) {
  return (
    <select
      aria-label="Group by"
      value={chosen}
      className={`h-9 min-w-0 flex-1 rounded-lg border bg-panel px-2.5 hover:border-line-strong sm:flex-none ${chosen ? 'border-accent' : 'border-line'}`}
      onChange={({ target }) =>
        changePage('queues', { group: QUEUE_GROUPS.find((group) => group === target.value) ?? '' })
      }
    >
      {QUEUE_GROUPS.map((group) => (
        <option key={group} value={group}>
          {GROUP_TITLES[group] ?? `By name up to ${group}`}
        </option>
      ))}
    </select>
  )
}

/** What this Zenith is connected to, and why it can't be read. */
function SourceList({ sources }: { sources: readonly SourceView[] }) {
  return (
    <ul aria-label="Connections to queues" className="panel flex flex-col divide-y divide-line">
      {sources.map((source) => (
        <li key={`${source.driver} ${source.place}`} className="flex min-w-0 flex-col gap-0.5 px-4 py-3">
          <span className="font-medium">
            {driverWords(source.driver).name} <span className="label font-mono break-all">{source.place}</span>
          </span>
          <span className={source.error === null ? 'text-soft' : 'text-bad'}>{wordsOf(source)}</span>
        </li>
      ))}
    </ul>
  )
}

function wordsOf({ error, isRead, queues, left }: SourceView): string {
  if (error !== null) return `Zenith can’t read it: ${error}`
  if (!isRead) return 'Zenith is reading it for the first time.'
  if (left !== undefined)
    return `Connected; ${exact(queues ?? 0)} of ${exact((queues ?? 0) + left)} queues shown. To see others, name them in the source’s option queues.`
  return queues === 0 || queues === null ? 'Connected; no queues yet.' : `Connected; ${plural(queues, 'queue')}.`
}
