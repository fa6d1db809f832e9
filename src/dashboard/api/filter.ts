import type { NodeView } from '../../api/nodes.js'
import type { Overview } from '../../api/overview.js'
import type { ServiceView } from '../../api/services.js'
import type { ExceptionRecord } from '../../protocol/exception.js'
import type { SlowEntry } from '../../protocol/slow-entry.js'

/** The part of an overview that the reader asked for. */
export interface Shown {
  services: readonly ServiceView[]
  nodes: readonly NodeView[]
  slow: readonly SlowEntry[]
  exceptions: readonly ExceptionRecord[]
}

/** What is asked for; an empty text asks for all. */
export interface Filter {
  q: string
  env: string
  version: string
  service: string
}

/** Asks for all. */
export const NO_FILTER: Filter = { q: '', env: '', version: '', service: '' }

type Texts = readonly (string | null | undefined)[]

/**
 * A thing is shown when each word of the text is somewhere in it, whatever the case. A service is also shown when one
 * of its servers is, and a server, slow entry or exception when its service is meant by name.
 */
export function filterOverview(overview: Overview, filter: Filter): Shown {
  if (!isNarrow(filter)) return overview
  const matches = textTest(filter.q)
  const isIn = nodeTest(overview, filter)
  const nodes = overview.nodes.filter((node) => isIn(node.service, node.id) && matches(textsOfNode(node)))
  const withNodes = new Set(nodes.map((node) => node.service))
  return {
    nodes,
    services: overview.services.filter((view) => withNodes.has(view.service) || isMeant(view, filter, matches)),
    slow: overview.slow.filter((entry) => isIn(entry.service, entry.node) && matches(textsOfSlow(entry))),
    exceptions: overview.exceptions.filter(
      (record) => isIn(record.service, record.node) && matches(textsOfException(record)),
    ),
  }
}

/** @param trace id of a trace; empty for all */
export function ofTrace<T extends { readonly traceId: string | null }>(
  records: readonly T[],
  trace: string,
): readonly T[] {
  return trace === '' ? records : records.filter(({ traceId }) => traceId === trace)
}

/** Whether a filter leaves anything out. */
export function isNarrow({ q, env, version, service }: Filter): boolean {
  return q.trim() !== '' || env !== '' || version !== '' || service !== ''
}

/** Whether each word of a text is somewhere in what is given. */
export function textTest(q: string): (texts: Texts) => boolean {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean)
  return (texts) => words.every((word) => texts.some((text) => text?.toLowerCase().includes(word)))
}

function isMeant(view: ServiceView, { env, version, service }: Filter, matches: (texts: Texts) => boolean): boolean {
  if (service && view.service !== service) return false
  if (version || (env && !view.environments.includes(env))) return false
  return matches([view.service, ...view.environments])
}

/** What there is to choose from, by name. */
export function choicesOf(overview: Overview): Record<'services' | 'environments' | 'versions', readonly string[]> {
  const sorted = (names: Iterable<string>) => [...new Set(names)].sort()
  return {
    services: sorted([...overview.services, ...overview.nodes].map(({ service }) => service)),
    environments: sorted(overview.services.flatMap((service) => service.environments)),
    versions: sorted(overview.nodes.flatMap(({ heartbeat }) => heartbeat?.appVersion ?? [])),
  }
}

/**
 * Whether what a node tells of is asked for. One that is not known any more counts by its service's environments, and
 * is of no known version.
 */
export function nodeTest(
  overview: Overview,
  { env, version, service }: Omit<Filter, 'q'>,
): (service: string, node: string) => boolean {
  if (!env && !version) return (of) => !service || of === service
  const beats = new Map(overview.nodes.map((node) => [`${node.service}\n${node.id}`, node.heartbeat]))
  const ofService = new Map(overview.services.map((view) => [view.service, view.environments]))
  return (of, node) => {
    if (service && of !== service) return false
    const beat = beats.get(`${of}\n${node}`)
    if (version && beat?.appVersion !== version) return false
    return !env || (beat?.environment ? beat.environment === env : (ofService.get(of)?.includes(env) ?? false))
  }
}

function textsOfNode({ service, id, state, heartbeat }: NodeView): Texts {
  return [
    service,
    id,
    state,
    heartbeat?.hostname,
    heartbeat?.environment,
    heartbeat?.runtime.framework,
    heartbeat?.language,
    heartbeat?.appVersion,
    heartbeat?.pid?.toString(),
  ]
}

export function textsOfSlow({ service, node, name, status, requestId, traceId, meta }: SlowEntry): Texts {
  return [service, node, name, status, requestId, traceId, meta.url, meta.queue, meta.jobId]
}

export function textsOfException(record: ExceptionRecord): Texts {
  const { service, node, name, message, route, queue, requestId, traceId } = record
  return [service, node, name, message, route, queue, requestId, traceId]
}
