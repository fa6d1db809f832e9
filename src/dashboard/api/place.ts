import { useQueryClient } from '@tanstack/react-query'
import { createContext, useContext } from 'react'
import type { ClusterInfo } from '../../api/clusters.js'
import { useClusterInfos } from './clusters.js'
import { pathFor } from './fetch-json.js'
import { useSession } from './session.js'

/** What a part of the page is about: a cluster, the only one, or all of them. All that it knows ends with it. */
export interface Place {
  /** Id of the cluster; empty for all, and for the only one. */
  readonly cluster: string
  /** What the URL names instead: there is none of this id, or the reader may not see it. Null: nothing is wrong. */
  readonly refused: string | null
  /** To be called when there is no such cluster. */
  readonly refuse: () => void
}

export const PlaceContext = createContext<Place>({ cluster: '', refused: null, refuse: () => {} })

export function usePlace(): Place {
  return useContext(PlaceContext)
}

/** Whether there are several clusters, of which none is shown. */
export function useIsOfAll(): boolean {
  const { cluster } = usePlace()
  const session = useSession()
  const isOneOfMany = useClusterInfos().length > 1
  return cluster === '' && (session ? session.cluster === null : isOneOfMany)
}

/** The cluster that is shown, also while its session is not known yet; null for none, and for the only one. */
export function useCluster(): ClusterInfo | null {
  const { cluster } = usePlace()
  const told = useSession()?.cluster
  const known = useClusterInfos().find(({ id }) => id === cluster)
  return cluster === '' ? null : (told ?? known ?? null)
}

/** What tells where a path of the API is, for links. */
export function usePathOf(): (path: string) => string {
  const client = useQueryClient()
  return (path) => pathFor(client, path)
}
