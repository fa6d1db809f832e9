import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { rememberClusters } from '../api/clusters.js'
import { AnswerError } from '../api/fetch-json.js'
import type { Connection } from '../api/live-store.js'
import { usePlace } from '../api/place.js'
import { SESSION_QUERY } from '../api/session.js'
import { getRoute, redirect } from '../routing/route.js'

/**
 * Zenith ends the stream of a user whose rights change: with the next stream the page asks for them again. There is no next one in a cluster
 * that the user may not see any more.
 */
export function useFreshSession(connection: Connection): void {
  const client = useQueryClient()
  const { cluster } = usePlace()
  const wasOpen = useRef(false)
  useEffect(() => {
    const isNews = connection === 'open' || (connection === 'reconnecting' && cluster !== '')
    if (isNews && wasOpen.current) void client.invalidateQueries(SESSION_QUERY)
    wasOpen.current ||= connection === 'open'
  }, [connection, cluster, client])
}

/** Follows what the session says of clusters: which there are, that there is none of this id, or that the reader sees just one of several. */
export function useClusterOfSession(): void {
  const { refuse, refused } = usePlace()
  const { data, error } = useQuery(SESSION_QUERY)
  const isRefused = error instanceof AnswerError && error.code === 'not_found'
  useEffect(() => {
    if (isRefused) refuse()
  }, [isRefused, refuse])
  useEffect(() => {
    if (!data) return
    rememberClusters(data.clusters)
    const [only] = data.clusters
    const isOneOfMany = data.cluster === null && data.clusters.length === 1
    if (only && isOneOfMany && refused === null) redirect({ ...getRoute(), cluster: only.id })
  }, [data, refused])
}
