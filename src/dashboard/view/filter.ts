import type { ExceptionRecord } from '../../protocol/exception.js'
import type { NodeView, Overview, ServiceView } from '../../protocol/overview.js'
import type { SlowEntry } from '../../protocol/slow-entry.js'

/** The part of an overview that the reader asked for. */
export interface Shown {
  services: readonly ServiceView[]
  nodes: readonly NodeView[]
  slow: readonly SlowEntry[]
  exceptions: readonly ExceptionRecord[]
}

type Texts = readonly (string | null | undefined)[]

/**
 * A thing is shown when each word of the text is somewhere in it, whatever the case. A service is also shown when one
 * of its servers is, and a server, slow entry or exception when its service is meant by name.
 */
export function filterOverview(overview: Overview, q: string, env: string): Shown {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0 && !env) return overview
  const matches = (texts: Texts) => words.every((word) => texts.some((text) => text?.toLowerCase().includes(word)))
  const isIn = environmentTest(overview, env)
  const nodes = overview.nodes.filter((node) => isIn(node.service, node.id) && matches(textsOfNode(node)))
  const withNodes = new Set(nodes.map((node) => node.service))
  return {
    nodes,
    services: overview.services.filter(
      ({ service, environments }) =>
        withNodes.has(service) || ((!env || environments.includes(env)) && matches([service, ...environments])),
    ),
    slow: overview.slow.filter((entry) => isIn(entry.service, entry.node) && matches(textsOfSlow(entry))),
    exceptions: overview.exceptions.filter(
      (record) => isIn(record.service, record.node) && matches(textsOfException(record)),
    ),
  }
}

/** Every environment in the fleet, by name. */
export function environmentsOf(overview: Overview): string[] {
  return [...new Set(overview.services.flatMap((service) => service.environments))].sort()
}

/** A node that is not known any more counts by its service's environments. */
function environmentTest(overview: Overview, env: string): (service: string, node: string) => boolean {
  if (!env) return () => true
  const ofNode = new Map(overview.nodes.map((node) => [`${node.service}\n${node.id}`, node.heartbeat?.environment]))
  const ofService = new Map(overview.services.map(({ service, environments }) => [service, environments]))
  return (service, node) => {
    const known = ofNode.get(`${service}\n${node}`)
    return known ? known === env : (ofService.get(service)?.includes(env) ?? false)
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
  ]
}

function textsOfSlow({ service, node, name, status, requestId, traceId, meta }: SlowEntry): Texts {
  return [service, node, name, status, requestId, traceId, meta.url, meta.queue, meta.jobId]
}

function textsOfException({ service, node, name, message, route, queue, requestId, traceId }: ExceptionRecord): Texts {
  return [service, node, name, message, route, queue, requestId, traceId]
}
