import { QueryClientProvider } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import { isClusterId } from '../../api/clusters.js'
import { LiveContext } from '../api/hooks.js'
import { createLiveStore, HOME } from '../api/live-store.js'
import { createQueryClient } from '../api/monitoring-api.js'
import { PlaceContext } from '../api/place.js'
import { clearSelection } from '../features/jobs/selection.js'
import { useRoute } from '../routing/route.js'
import { focusTitle } from '../ui/page-focus.js'
import { App } from './app.js'
import { closeOverlay } from './overlay.js'

/** The page at the cluster that the URL names. Nothing of one is left in the next: the whole page is made anew. */
export function Places() {
  const { cluster } = useRoute()
  const [refused, refuse] = useState<string | null>(null)
  const isNone = cluster !== '' && (refused === cluster || !isClusterId(cluster))
  const before = useRef(cluster)
  useEffect(() => {
    // The page that had the focus is gone.
    if (before.current !== cluster) {
      window.scrollTo(0, 0)
      focusTitle()
    }
    before.current = cluster
    return () => refuse(null)
  }, [cluster])
  const shown = isNone ? '' : cluster
  return <OnePlace key={shown} cluster={shown} refused={isNone ? cluster : null} onRefused={() => refuse(cluster)} />
}

interface OnePlaceProps {
  cluster: string
  refused: string | null
  onRefused: () => void
}

function OnePlace({ cluster, refused, onRefused }: OnePlaceProps) {
  const [{ live, client }] = useState(() => {
    const base = cluster ? `${HOME}c/${cluster}/` : HOME
    return { live: createLiveStore(base), client: createQueryClient(base) }
  })
  useEffect(() => {
    const end = live.start()
    return () => {
      end()
      closeOverlay()
      clearSelection()
    }
  }, [live])
  // biome-ignore lint/correctness/useExhaustiveDependencies: it refuses the cluster of this place, whenever it was made
  const place = useMemo(() => ({ cluster, refused, refuse: onRefused }), [cluster, refused])
  return (
    <QueryClientProvider client={client}>
      <LiveContext value={live}>
        <PlaceContext value={place}>
          <App />
        </PlaceContext>
      </LiveContext>
    </QueryClientProvider>
  )
}
