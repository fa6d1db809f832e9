import { useDeferredValue, useMemo } from 'react'
import { groupExceptions } from '../../../api/groups.js'
import type { Overview } from '../../../api/overview.js'
import type { QueueView } from '../../../api/queues.js'
import type { ServicePeriod } from '../../../api/services.js'
import { filterOverview, type Shown } from '../../api/filter.js'
import { useServicePeriods } from '../../api/monitoring-api.js'
import { useRoute } from '../../routing/route.js'
import { trafficOf } from '../../ui/charts/chart-data.js'
import { TrafficCharts } from '../../ui/charts/traffic-charts.js'
import { NothingMatches } from '../../ui/nothing-matches.js'
import { PageBar } from '../../ui/page-bar.js'
import { reachesBack } from '../../ui/period.js'
import { QueryNote } from '../../ui/query-note.js'
import { ExceptionList } from '../exceptions/exception-list.js'
import { QueueList } from '../queues/queue-list.js'
import { filterQueues } from '../queues/queues.js'
import { ProcessList } from '../services/process-list.js'
import { SlowRequestWidget } from '../slow/slow-request-widget.js'
import { Servers, Services } from './fleet.js'
import { GetStarted } from './get-started.js'
import { TroubleLine } from './trouble-line.js'

/** The fleet in one look: health, traffic, servers, what is slow, what fails. */
export function PulsePage({ overview }: { overview: Overview }) {
  const route = useRoute()
  const q = useDeferredValue(route.q)
  const { env, version, service } = route
  const shown = useMemo(
    () => filterOverview(overview, { q, env, version, service }),
    [overview, q, env, version, service],
  )
  const queues = useMemo(
    () => filterQueues(overview, { q, env, version, service }),
    [overview, q, env, version, service],
  )
  if (overview.nodes.length + overview.services.length + overview.queues.length === 0)
    return <Empty overview={overview} />
  const isEmpty =
    shown.nodes.length + shown.services.length + shown.slow.length + shown.exceptions.length + queues.length === 0
  return (
    <>
      <PageBar title="Pulse" hasPeriod />
      <TroubleLine services={shown.services} queues={queues} />
      {isEmpty ? <NothingMatches /> : <Content shown={shown} queues={queues} />}
    </>
  )
}

function Empty({ overview }: { overview: Overview }) {
  return (
    <>
      <h1 id="title" tabIndex={-1} className="sr-only">
        Pulse
      </h1>
      <GetStarted store={overview.store} />
    </>
  )
}

interface ContentProps {
  shown: Shown
  queues: readonly QueueView[]
}

function Content({ shown: { services, nodes, slow, exceptions }, queues }: ContentProps) {
  const { period } = useRoute()
  const periods = useServicePeriods(period)
  const isLong = !reachesBack(period)
  const traffic = useTraffic(services, isLong ? periods.data : undefined)
  const groups = useMemo(() => groupExceptions(exceptions), [exceptions])
  return (
    <>
      <QueryNote
        query={periods}
        instead={`The page shows the figures of the last minute${isLong ? ', and charts of the last 15 minutes' : ''}.`}
      />
      {services.length > 0 && <Services services={services} period={period} past={periods.data} />}
      <TrafficCharts traffic={traffic} period={period} />
      <QueueList queues={queues} />
      {nodes.length > 0 && <Servers nodes={nodes} />}
      {nodes.length > 0 && <ProcessList nodes={nodes} />}
      <div className="grid grid-cols-1 gap-x-4 gap-y-8 lg:grid-cols-2">
        <SlowRequestWidget slow={slow} />
        <ExceptionList groups={groups} among={`the newest ${exceptions.length}`} />
      </div>
    </>
  )
}

function useTraffic(services: Shown['services'], past: ReadonlyMap<string, ServicePeriod> | undefined) {
  return useMemo(() => services.map((view) => trafficOf(view, past?.get(view.service))), [services, past])
}
