import { DEFAULT_CLUSTER } from '../../api/permissions.js'
import { defined } from '../../lib/defined.js'
import type { ZenithCluster, ZenithOptions } from '../../runtime/create-zenith.js'
import { openQueues } from '../../runtime/queue-drivers.js'
import { withToken } from '../arguments/values.js'
import type { ClusterSettings } from '../config/clusters.js'
import type { ZenithSettings } from './zenith-options.js'

/** What is read, and how it is named when it is reported. */
export interface NamedRedis {
  /** Id of the cluster. */
  readonly id: string
  readonly redis: string
}

/** The options of the clusters, with their queues opened. */
export async function clusterOptions(settings: ZenithSettings): Promise<ZenithOptions> {
  const { clusters, zenith, look, queues } = settings
  if (clusters) return { ...shared(zenith), clusters: await Promise.all(clusters.map(clusterOf)) }
  const sources = await openQueues(queues.words, queues.redis)
  const isPlain = look.name === undefined && look.colour === undefined
  if (isPlain) return { ...zenith, queues: sources }
  return { ...shared(zenith), clusters: [{ ...own(zenith), ...defined(look), id: DEFAULT_CLUSTER, queues: sources }] }
}

export function namedRedises({ clusters, zenith }: ZenithSettings): readonly NamedRedis[] {
  return clusters ?? [{ id: DEFAULT_CLUSTER, redis: zenith.redis }]
}

async function clusterOf(settings: ClusterSettings): Promise<ZenithCluster> {
  const { id, redis, queues, queuesRedis, token, ...rest } = settings
  return {
    ...{ ...defined(rest), id, redis },
    ...(token && { token }),
    queues: await openQueues(queues, queuesRedis ?? withToken(redis, token?.[0])),
  }
}

const OWN = ['redis', 'prefix', 'token', 'requireToken', 'readOnly', 'environment'] as const

function own(zenith: ZenithSettings['zenith']): Partial<ZenithCluster> {
  return defined(Object.fromEntries(OWN.map((name) => [name, zenith[name]])))
}

function shared(zenith: ZenithSettings['zenith']): ZenithOptions {
  return Object.fromEntries(Object.entries(zenith).filter(([name]) => !OWN.some((one) => one === name)))
}
