import { type ClusterInfo, isClusterId, TAKES_CLUSTER_ID } from '../api/clusters.js'
import { DEFAULT_CLUSTER } from '../api/permissions.js'
import { CLUSTER_COLOURS, type ClusterColour } from '../api/words.js'
import { type Environment, resolvePrefix } from '../core/options/environment.js'
import { QuasarError } from '../lib/errors.js'
import { checkOptions, isText, type OptionChecks } from '../lib/options.js'
import type { Archive } from '../ports/index.js'
import { parseRedis } from '../redis/target.js'
import { CLUSTER_PARTS, type ZenithCluster, type ZenithOptions } from './zenith-options.js'

/** A cluster, checked and complete. */
export interface GivenCluster {
  readonly info: ClusterInfo
  /** Its own options, as the only cluster has them. */
  readonly options: ZenithCluster
  readonly archive: Archive | undefined
}

const CHECKS = {
  id: { takes: TAKES_CLUSTER_ID, accepts: isClusterId },
  name: { takes: 'a text of at most 60 characters', accepts: (v) => isText(v) && v.length <= 60 },
  colour: { takes: CLUSTER_COLOURS.join(', '), accepts: (v) => CLUSTER_COLOURS.some((colour) => colour === v) },
  ...CLUSTER_PARTS,
} satisfies OptionChecks<keyof ZenithCluster>

/**
 * The clusters of the option `clusters`; without it, the only one.
 *
 * @throws QuasarError `invalid_option`
 */
export function clustersIn(options: ZenithOptions, env: Environment): readonly GivenCluster[] {
  const { clusters: given, archive } = options
  if (given === undefined) return [onlyCluster(options)]
  refuseBoth(options)
  const clusters = given.map((one, index) => checkOptions('a cluster', one, CHECKS, `Quasar: clusters[${index}]`))
  refuseIncomplete(clusters)
  refuseSamePlace(clusters, env)
  return clusters.map((cluster, index) => ({
    info: infoOf(cluster, CLUSTER_COLOURS[(index + 1) % CLUSTER_COLOURS.length] ?? 'grey'),
    options: cluster,
    archive: archive && archiveIn(archive, cluster.id),
  }))
}

function onlyCluster(options: ZenithOptions): GivenCluster {
  const { environment } = options
  const named = environment === undefined ? {} : { environment }
  return {
    info: infoOf({ id: DEFAULT_CLUSTER, ...named }, 'grey'),
    options: { ...options, id: DEFAULT_CLUSTER },
    archive: options.archive,
  }
}

function infoOf({ id, name = id, colour, environment }: Named, fallback: ClusterColour): ClusterInfo {
  return { id, name, colour: colour ?? fallback, environment: environment ?? null }
}

type Named = Pick<ZenithCluster, 'id' | 'name' | 'colour' | 'environment'>

/** What each cluster has of its own. */
const OWN = Object.keys(CLUSTER_PARTS) as readonly (keyof typeof CLUSTER_PARTS)[]

function refuseBoth(options: ZenithOptions): void {
  const both = OWN.find((name) => options[name] !== undefined)
  if (both !== undefined) throw invalid(`option "${both}" is one of each cluster: give it in the option "clusters".`)
}

function refuseIncomplete(clusters: readonly ZenithCluster[]): void {
  for (const [index, { id, redis, store }] of clusters.entries()) {
    if (id === undefined) throw invalid(`clusters[${index}] needs an id: ${TAKES_CLUSTER_ID}.`)
    if (clusters.findIndex((other) => other.id === id) !== index)
      throw invalid(`clusters[${index}] has the id "${id}" of another cluster.`)
    if (redis === undefined && store === undefined)
      throw invalid(`clusters[${index}] needs a redis: variables such as REDIS_URL are for a Zenith with one cluster.`)
  }
}

/** One Redis with one prefix is one cluster: as two, all figures would count twice, and what protects one would not protect the other. */
function refuseSamePlace(clusters: readonly ZenithCluster[], env: Environment): void {
  const seen = new Map<unknown, string>()
  for (const cluster of clusters) {
    const place = placeOf(cluster, env)
    const before = seen.get(place)
    if (before !== undefined)
      throw invalid(`the clusters "${before}" and "${cluster.id}" are the same Redis with the same prefix.`)
    if (place !== null) seen.set(place, cluster.id)
  }
}

/** Equal for two clusters in the same place; null: unknown before it is connected. */
function placeOf({ redis, store, prefix }: ZenithCluster, env: Environment): unknown {
  if (store) return store
  const own = resolvePrefix(prefix, env)
  if (redis === false) return `memory ${own}`
  const { client, keyPrefix, ...target } = parseRedis(redis, 'a cluster')
  if (client || !('place' in target)) return null
  const { where, db } = target.place
  return `${where} ${db} ${keyPrefix}${own}`
}

/** The cluster of a Zenith that had one alone keeps its archive under its id. */
function archiveIn(archive: Archive, id: string): Archive {
  if (id === DEFAULT_CLUSTER) return archive
  if (archive.cluster) return archive.cluster(id)
  throw invalid('option "archive" can\'t separate clusters: use sqliteArchive() or postgresArchive({ url }).')
}

function invalid(problem: string): QuasarError {
  return new QuasarError('invalid_option', `Quasar: ${problem}`)
}
