import type { ClusterSummary, ClusterTrouble } from '../../../api/clusters.js'

/** Of one cluster so many are listed among those of all. */
const MOST_OF_ONE = 5

/** Something that needs attention, and where. */
export interface PlacedTrouble extends ClusterTrouble {
  readonly cluster: ClusterSummary
}

/** How much of a cluster is not listed. */
export interface MoreTroubles {
  readonly cluster: ClusterSummary
  readonly count: number
}

/** The worst of all clusters first; each cluster has them in that order already. */
export function mergedTroubles(clusters: readonly ClusterSummary[]): {
  readonly listed: readonly PlacedTrouble[]
  readonly more: readonly MoreTroubles[]
} {
  const own = distinct(clusters)
  const listed = own.flatMap((cluster) => cluster.troubles.slice(0, MOST_OF_ONE).map((one) => ({ ...one, cluster })))
  const more = own.map((cluster) => ({
    cluster,
    count: Math.max(0, cluster.troubles.length - MOST_OF_ONE) + cluster.moreTroubles,
  }))
  return { listed: listed.sort((a, b) => rank(a) - rank(b)), more: more.filter(({ count }) => count > 0) }
}

const KINDS: readonly ClusterTrouble['kind'][] = ['store', 'alert', 'service', 'queue']

function rank({ isBad, kind }: ClusterTrouble): number {
  return (isBad ? 0 : KINDS.length) + KINDS.indexOf(kind)
}

/** A sum over all clusters, as far as it is known. */
export interface Total {
  /** Null: it is known of none. */
  readonly sum: number | null
  /** Of how many clusters it is known. */
  readonly known: number
}

/** @param pick null where it is not known */
export function totalOf(clusters: readonly ClusterSummary[], pick: (cluster: ClusterSummary) => number | null): Total {
  const values = distinct(clusters).flatMap((cluster) => {
    // The last figures of a cluster that does not answer are those of another time.
    const value = cluster.state === 'away' ? null : pick(cluster)
    return value === null ? [] : [value]
  })
  return { sum: values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0), known: values.length }
}

/** One Redis that is two clusters counts once. */
export function distinct(clusters: readonly ClusterSummary[]): readonly ClusterSummary[] {
  return clusters.filter(({ sameAs }, at) => {
    const twin = clusters.findIndex(({ id }) => id === sameAs)
    return twin < 0 || twin > at
  })
}
