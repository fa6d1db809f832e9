import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { useRef } from 'react'
import { MarkListing } from '../../api/history.js'
import { needsArchive, type TimeRange, type TimeWindow } from '../../api/time-window.js'
import { PERIOD_MS } from '../../api/words.js'
import { fetchJson } from './fetch-json.js'
import { useNow } from './hooks.js'
import { againOf, query } from './monitoring-api.js'
import { useHasArchive } from './session.js'

/** Whether the archive answers for a time range: then nothing on the page is live. */
export function useIsArchived(range: TimeRange): boolean {
  const isNeeded = useNeedsArchive(range)
  return useHasArchive() !== false && isNeeded
}

/** The same for lists of which the store has only the current state: every window needs the archive, too. */
export function useIsPast(range: TimeRange): boolean {
  const isArchived = useIsArchived(range)
  const hasArchive = useHasArchive() !== false
  return isArchived || (hasArchive && range.window !== null)
}

/** Whether only an archive has all of a time range, be there one or not. */
export function useNeedsArchive(range: TimeRange): boolean {
  return needsArchive(range, useNow())
}

/** The window that a time range is now. @param now Unix ms */
export function windowAt({ period, window }: TimeRange, now: number): TimeWindow {
  return window ?? { from: now - PERIOD_MS[period], to: now }
}

/** What charts mark of a time range; nothing is asked without an archive. @param service empty for all */
export function useMarks(service: string, range: TimeRange): UseQueryResult<MarkListing> {
  const now = useRef(0)
  now.current = useNow()
  const enabled = useHasArchive() === true
  return useQuery({
    queryKey: ['marks', service, range],
    enabled,
    refetchInterval: againOf(range),
    queryFn: (asker) => {
      const { from, to } = windowAt(range, now.current)
      const asked = query({ service, from: String(from), to: String(to) })
      return fetchJson(`api/history/marks${asked}`, MarkListing, asker)
    },
  })
}
