import { useMemo } from 'react'
import type { Overview } from '../../../api/overview.js'
import type { ServicePeriod, ServiceView } from '../../../api/services.js'

/** What is known of a service that does not report any more. */
function goneView(service: string): ServiceView {
  return {
    service,
    environments: [],
    nodes: { live: 0, lost: 0, left: 0, replaced: 0 },
    health: { score: null, reasons: [] },
    requests: null,
    jobs: null,
    traffic: [],
    routes: [],
    jobSeries: [],
    untrusted: null,
  }
}

/** A service with the figures of another time instead of the current ones. @param period undefined if it did not report then */
export function viewThen(view: ServiceView | null, service: string, period: ServicePeriod | undefined): ServiceView {
  const { requests = null, jobs = null, traffic = [], routes = [], jobSeries = [] } = period ?? {}
  return { ...(view ?? goneView(service)), requests, jobs, traffic, routes, jobSeries }
}

/**
 * The fleet with the figures of another time: it includes services that no longer run, and leaves out the current slow requests and exceptions.
 * Health and nodes are as they are now.
 */
export function fleetThen(overview: Overview, periods: ReadonlyMap<string, ServicePeriod> | undefined): Overview {
  const known = new Set(overview.services.map(({ service }) => service))
  const gone = [...(periods?.keys() ?? [])].filter((name) => !known.has(name))
  const views = overview.services.map((view) => viewThen(view, view.service, periods?.get(view.service)))
  const services = [...views, ...gone.map((name) => viewThen(null, name, periods?.get(name)))]
  return { ...overview, services, slow: [], exceptions: [] }
}

/** The fleet of a time range: as it is now, or as the archive has it. */
export function useFleetThen(
  overview: Overview,
  periods: ReadonlyMap<string, ServicePeriod> | undefined,
  isArchived: boolean,
): Overview {
  return useMemo(() => (isArchived ? fleetThen(overview, periods) : overview), [overview, periods, isArchived])
}

/** Where the figures of services end, Unix ms; undefined without any. */
export function endOf(periods: Iterable<Pick<ServicePeriod, 'traffic'>> | undefined): number | undefined {
  const ends = [...(periods ?? [])].flatMap(({ traffic }) => traffic.at(-1)?.at ?? [])
  return ends.length > 0 ? Math.max(...ends) : undefined
}
