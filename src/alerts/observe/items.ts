import type { AlertSubject } from '../../api/alerts.js'
import type { NodeView } from '../../api/nodes.js'
import type { QueueView } from '../../api/queues.js'
import { groupBy } from '../../lib/group-by.js'
import type { Look } from '../look.js'
import type { SeenSeries } from './seen-series.js'
import { keyOf } from './seen-series.js'
import type { SeriesItem } from './series.js'
import type { ServiceItem } from './services.js'
import type { HostDown } from './vanished.js'
import { hostOf } from './vanished-node.js'

/** A subject with what its metrics are read from. */
export interface Item<T> {
  readonly subject: AlertSubject
  readonly environments: readonly string[]
  readonly of: T
}

const MAX_SERVICES = 20

function subjectOf(fields: Pick<AlertSubject, 'kind' | 'key' | 'name'> & Partial<AlertSubject>): AlertSubject {
  const { kind, key, name, service = null, services = [], host = null, environment = null } = fields
  return { kind, key, name, service, services, host, environment }
}

/** The only one, else null. */
function only(names: readonly string[]): string | null {
  return names.length === 1 ? (names[0] ?? null) : null
}

function distinct(names: readonly (string | null | undefined)[]): readonly string[] {
  return [...new Set(names.filter((name) => typeof name === 'string'))].sort()
}

export const FLEET: AlertSubject = subjectOf({ kind: 'fleet', key: 'fleet', name: 'fleet' })

/** Live nodes, and the lost ones, of which nothing is known now. */
export function nodeItems({ nodes }: Look): Item<NodeView>[] {
  return nodes.filter(isListed).map((node) => {
    const environment = node.heartbeat?.environment ?? null
    const { key, id, service } = node
    const subject = subjectOf({
      kind: 'node',
      key,
      name: id,
      service,
      services: [service],
      host: hostOf(node),
      environment,
    })
    return { subject, environments: environment === null ? [] : [environment], of: node }
  })
}

function isListed({ state }: NodeView): boolean {
  return state === 'live' || state === 'lost'
}

export function hostItems(nodes: readonly Item<NodeView>[]): Item<readonly NodeView[]>[] {
  const hosts = groupBy(nodes, ({ subject }) => subject.host)
  return [...hosts].flatMap(([host, group]) => {
    if (host === null) return []
    const services = distinct(group.map(({ subject }) => subject.service)).slice(0, MAX_SERVICES)
    const environments = distinct(group.map(({ subject }) => subject.environment))
    const named = { kind: 'host', key: host, name: host, host } as const
    const subject = subjectOf({ ...named, services: [...services], environment: only(environments) })
    return { subject, environments, of: group.map(({ of }) => of) }
  })
}

/** Hosts that are down, with the environments of their services. */
export function hostsDownItems(hosts: readonly HostDown[], owners: readonly Item<ServiceItem>[]): Item<HostDown>[] {
  const environmentsOf = new Map(owners.map(({ subject, environments }) => [subject.key, environments]))
  return hosts.map((down) => {
    const { host } = down
    const services = down.services.slice(0, MAX_SERVICES)
    const environments = distinct(services.flatMap((service) => environmentsOf.get(service) ?? []))
    const named = { kind: 'host', key: host, name: host, host } as const
    return {
      subject: subjectOf({ ...named, services: [...services], environment: only(environments) }),
      ...{ environments, of: down },
    }
  })
}

export function serviceItems({ services, seriesOf }: Look, runningJobs: ReadonlySet<string>): Item<ServiceItem>[] {
  return services.map((view) => {
    const { routes, jobs } = seriesOf(view.service)
    const hasRequests = view.requests !== null || routes.length > 0
    const hasJobs = view.jobs !== null || jobs.length > 0 || runningJobs.has(view.service)
    const { service, environments } = view
    const subject = subjectOf({ kind: 'service', key: service, name: service, ...placeOf(service, environments) })
    return { subject, environments, of: { view, routes, jobs, hasRequests, hasJobs } }
  })
}

function placeOf(
  service: string,
  environments: readonly string[],
): Pick<AlertSubject, 'service' | 'services' | 'environment'> {
  return { service, services: [service], environment: only(environments) }
}

export function queueItems({ queues }: Look, services: readonly Item<ServiceItem>[]): Item<QueueView>[] {
  const environmentsOf = new Map(services.map(({ subject, environments }) => [subject.key, environments]))
  return queues.map((queue) => {
    const environments = distinct(queue.services.flatMap((service) => environmentsOf.get(service) ?? []))
    const { key, name } = queue
    const owner = { service: only(queue.services), services: queue.services.slice(0, MAX_SERVICES) }
    return {
      subject: subjectOf({ kind: 'queue', key, name, ...owner, environment: only(environments) }),
      environments,
      of: queue,
    }
  })
}

/** Items in a step. */
const IN_A_STEP = 500

/** Routes or jobs: those of the last five minutes, and those that were seen before. */
export function* seriesItems(
  kind: 'route' | 'job',
  services: readonly Item<ServiceItem>[],
  seen: SeenSeries,
): Generator<void, Map<string, Item<SeriesItem>>> {
  const items = new Map<string, Item<SeriesItem>>()
  const byName = new Map(services.map((item) => [item.subject.key, item]))
  for (const item of services) {
    const series = kind === 'route' ? item.of.routes : item.of.jobs
    for (const [name, group] of groupBy(series, ({ key }) => key))
      put(items, kind, item, item.subject.key, name, group, seen)
    yield
  }
  let count = 0
  for (const { service, name } of kind === 'route' ? seen.routes() : seen.jobs()) {
    if (!items.has(keyOf(service, name))) put(items, kind, byName.get(service), service, name, [], seen)
    count += 1
    if (count % IN_A_STEP === 0) yield
  }
  return items
}

function put(
  items: Map<string, Item<SeriesItem>>,
  kind: 'route' | 'job',
  owner: Item<ServiceItem> | undefined,
  service: string,
  name: string,
  series: SeriesItem['series'],
  seen: SeenSeries,
): void {
  const item = seriesItem(kind, owner, service, name, series, seen)
  items.set(item.subject.key, item)
}

/** @param owner undefined for a service that is not there */
export function seriesItem(
  kind: 'route' | 'job',
  owner: Item<ServiceItem> | undefined,
  service: string,
  name: string,
  series: SeriesItem['series'],
  seen: SeenSeries,
): Item<SeriesItem> {
  const environments = owner?.environments ?? []
  const isLive = (owner?.of.view.nodes.live ?? 0) > 0
  const sinceSuccess = kind === 'job' ? seen.sinceSuccess(service, name) : null
  const subject = subjectOf({ kind, key: keyOf(service, name), name, ...placeOf(service, environments) })
  return { subject, environments, of: { series, isLive, sinceSuccess } }
}
