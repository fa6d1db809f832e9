import type { Look } from '../../alerts/look.js'
import type { Overview } from '../../api/overview.js'
import type { SeriesView } from '../../api/services.js'
import type { MonitorService } from '../fleet/monitor-service.js'
import type { RecentExceptions } from './recent-exceptions.js'

type Series = ReturnType<Look['seriesOf']>

const NO_SERIES: Series = { routes: [], jobs: [] }

export interface LookSources {
  readonly monitor: Pick<MonitorService, 'periods'>
  readonly exceptions: RecentExceptions
  /** Null without an archive. */
  readonly archiveBehindMs: () => number | null
  readonly hasArchive: boolean
}

/** What rules are evaluated on. Nothing is read: the monitor has the last 15 minutes of everything. */
export async function lookOf(
  overview: Overview,
  ofStore: Pick<Look, 'storeAwayMs' | 'storeRefusingMs'>,
  { monitor, exceptions, archiveBehindMs, hasArchive }: LookSources,
): Promise<Look> {
  const { at, store, services, nodes, queues, leftOut, unreadable } = overview
  const series = store.ok ? await seriesOf(overview, monitor) : new Map<string, Series>()
  return {
    ...{ at, store, ...ofStore, services, nodes, queues, leftOut, unreadable },
    seriesOf: (service) => series.get(service) ?? NO_SERIES,
    exceptionsOf: (service, since) => exceptions.since(service, since),
    archive: hasArchive ? { behindMs: archiveBehindMs() } : null,
  }
}

async function seriesOf(overview: Overview, monitor: LookSources['monitor']): Promise<Map<string, Series>> {
  const names = overview.services.map(({ service }) => service)
  const { periods } = await monitor.periods(names, { period: '5m', window: null })
  const entries = periods.map(
    ({ service, routes, jobSeries }): [string, { routes: readonly SeriesView[]; jobs: readonly SeriesView[] }] => [
      service,
      { routes, jobs: jobSeries },
    ],
  )
  return new Map(entries)
}
