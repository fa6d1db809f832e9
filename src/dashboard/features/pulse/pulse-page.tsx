import type { UseQueryResult } from '@tanstack/react-query'
import { useDeferredValue, useMemo } from 'react'
import { groupExceptions, groupSlow } from '../../../api/groups.js'
import type { Overview } from '../../../api/overview.js'
import type { QueueView } from '../../../api/queues.js'
import type { ServicePeriod, SlowGroup } from '../../../api/services.js'
import type { TimeRange } from '../../../api/time-window.js'
import { filterOverview, type Shown, textTest } from '../../api/filter.js'
import { useIsArchived } from '../../api/history-api.js'
import { useNow } from '../../api/hooks.js'
import { useExceptionGroups, useServicePeriods, useSlowGroups } from '../../api/monitoring-api.js'
import { useRoute, useTimeRange } from '../../routing/route.js'
import { ArchiveNote } from '../../ui/archive-note.js'
import { trafficOf } from '../../ui/charts/chart-data.js'
import { TrafficCharts } from '../../ui/charts/traffic-charts.js'
import { Loading } from '../../ui/loading.js'
import { NothingMatches } from '../../ui/nothing-matches.js'
import { PageBar } from '../../ui/page-bar.js'
import { hasAllOf, isLive, recordsIn, theRange } from '../../ui/period.js'
import { QueryNote } from '../../ui/query-note.js'
import { ExceptionList } from '../exceptions/exception-list.js'
import { narrowExceptions } from '../exceptions/exceptions.js'
import { endOf, useFleetThen } from '../history/fleet-then.js'
import { PastNotes } from '../history/past-notes.js'
import { useChartMarks, useServiceGhost } from '../history/use-history.js'
import { QueueList } from '../queues/queue-list.js'
import { filterQueues } from '../queues/queues.js'
import { ProcessList } from '../services/process-list.js'
import { SlowGroupsCard } from '../slow/slow-groups-card.js'
import { GetStarted } from '../start/get-started.js'
import { Servers, Services } from './fleet.js'
import { TroubleLine } from './trouble-line.js'

/** The fleet in one look: health, traffic, servers, what is slow, what fails. */
export function PulsePage({ overview }: { overview: Overview }) {
  const route = useRoute()
  const q = useDeferredValue(route.q)
  const { env, version, service } = route
  const range = useTimeRange()
  const isArchived = useIsArchived(range)
  const periods = useServicePeriods(range)
  const then = useFleetThen(overview, periods.data, isArchived)
  const shown = useMemo(() => filterOverview(then, { q, env, version, service }), [then, q, env, version, service])
  const queues = useMemo(
    () => filterQueues(overview, { q, env, version, service }),
    [overview, q, env, version, service],
  )
  const { totals } = overview
  const hasNone = overview.nodes.length + overview.services.length + totals.nodes + totals.services === 0
  if (hasNone && overview.queues.length === 0 && then.services.length === 0) return <Empty overview={overview} />
  const isEmpty =
    shown.nodes.length + shown.services.length + shown.slow.length + shown.exceptions.length + queues.length === 0
  return (
    <>
      <PageBar title="Pulse" hasPeriod />
      <TroubleLine services={shown.services} queues={queues} />
      {hasNone && !isArchived && <GetStarted overview={overview} />}
      {isArchived && periods.isPending ? (
        <Loading what="the archive" />
      ) : isEmpty ? (
        <NothingMatches />
      ) : (
        <Content {...{ overview, shown, queues, range, periods, isArchived }} />
      )}
    </>
  )
}

function Empty({ overview }: { overview: Overview }) {
  return (
    <>
      <h1 id="title" tabIndex={-1} className="sr-only">
        Pulse
      </h1>
      <GetStarted overview={overview} />
    </>
  )
}

interface ContentProps {
  overview: Overview
  shown: Shown
  queues: readonly QueueView[]
  range: TimeRange
  periods: UseQueryResult<ReadonlyMap<string, ServicePeriod>>
  isArchived: boolean
}

function Content({ overview, shown, queues, range, periods, isArchived }: ContentProps) {
  const { services, nodes } = shown
  const marks = useChartMarks(useRoute().service, range)
  const isLong = !isLive(range)
  const traffic = useTraffic(services, isLong ? periods.data : undefined)
  const ghost = useServiceGhost(services.length === 1 ? (services[0]?.service ?? '') : '', range)
  const { slow, exceptions, among } = useRecords(overview, shown, range, isArchived)
  return (
    <>
      <QueryNote
        query={periods}
        instead={
          isArchived
            ? 'There is no figure to show.'
            : `The page shows the figures of the last minute${isLong ? ', and charts of the last 15 minutes' : ''}.`
        }
      />
      <ArchiveNote at={endOf(periods.data?.values())}>Health, servers, processes and queues are as of now.</ArchiveNote>
      {services.length > 0 && <Services services={services} range={range} past={periods.data} />}
      <TrafficCharts traffic={traffic} range={range} marks={marks} ghost={ghost}>
        <PastNotes marks={marks} />
      </TrafficCharts>
      <QueueList queues={queues} />
      {nodes.length > 0 && <Servers nodes={nodes} />}
      {nodes.length > 0 && <ProcessList nodes={nodes} />}
      <div className="grid grid-cols-1 gap-x-4 gap-y-8 lg:grid-cols-2">
        <SlowGroupsCard groups={slow} when={theRange(range)} />
        <ExceptionList groups={exceptions} among={among} />
      </div>
    </>
  )
}

/** What was slow and what failed in a time range: in the live state, or where that has not all of it, as the server says. */
function useRecords(live: Overview, shown: Shown, range: TimeRange, isArchived: boolean) {
  const { service, env, version, q } = useRoute()
  const now = useNow()
  // The server's groups do not say on which nodes it was.
  const isOfNodes = !isArchived && (env !== '' || version !== '')
  const hasSlow = isOfNodes || (!isArchived && hasAllOf(live.slow, range, now))
  const hasAllExceptions = !isArchived && hasAllOf(live.exceptions, range, now)
  const hasExceptions = isOfNodes || hasAllExceptions
  const slow = useSlowGroups({ service, range }, !hasSlow).data?.items
  const exceptions = useExceptionGroups({ service, range }, !hasExceptions).data?.items
  const isWhole = hasAllExceptions || (exceptions !== undefined && !isOfNodes)
  return {
    slow: useMemo(
      () => (hasSlow || !slow ? groupSlow(recordsIn(shown.slow, range, now)) : narrowGroups(slow, q)),
      [shown.slow, slow, hasSlow, q, range, now],
    ),
    exceptions: useMemo(
      () =>
        hasExceptions || !exceptions
          ? groupExceptions(recordsIn(shown.exceptions, range, now))
          : narrowExceptions(exceptions, { q, series: '' }),
      [shown.exceptions, exceptions, hasExceptions, q, range, now],
    ),
    among: isWhole || isArchived ? `those of ${theRange(range)}` : `the newest ${live.exceptions.length}`,
  }
}

function narrowGroups(groups: readonly SlowGroup[], q: string): readonly SlowGroup[] {
  const matches = textTest(q)
  return groups.filter(({ service, name }) => matches([service, name]))
}

function useTraffic(services: Shown['services'], past: ReadonlyMap<string, ServicePeriod> | undefined) {
  return useMemo(() => services.map((view) => trafficOf(view, past?.get(view.service))), [services, past])
}
