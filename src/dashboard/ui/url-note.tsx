import { TriangleAlert } from 'lucide-react'
import { useNeedsArchive } from '../api/history-api.js'
import { useHasArchive } from '../api/session.js'
import { isLong, useRoute, useTimeRange, useUrlProblems } from '../routing/route.js'
import { PERIOD_NAMES, rangeInWords } from './period.js'

/** Names the values in the URL that the page does not know, and what it shows instead. Renders nothing if it knows all. */
export function UrlNote() {
  const archiveProblem = useArchiveProblem()
  const problems = [...useUrlProblems(), ...archiveProblem]
  const range = useTimeRange()
  if (problems.length === 0) return null
  return (
    <p
      role="status"
      className="flex basis-full items-start gap-2.5 rounded-xl bg-warn-wash px-4 py-2.5 text-[0.8125rem]"
    >
      <TriangleAlert className="mt-0.5 size-4 shrink-0 text-warn" aria-hidden="true" />
      <span className="min-w-0 break-words">
        {problems.join(' ')} The page shows: {rangeInWords(range)}.
      </span>
    </p>
  )
}

/** Says what to do where the URL asks for a time that needs an archive, and there is none. */
function useArchiveProblem(): readonly string[] {
  const { period } = useRoute()
  const range = useTimeRange()
  const { window } = range
  const isBefore = useNeedsArchive(range)
  if (useHasArchive() !== false) return []
  if (window && isBefore) return [`The URL asks for a time before the last hour. ${NEEDS_ARCHIVE}`]
  return !window && isLong(period) ? [`The URL asks for the last ${PERIOD_NAMES[period]}. ${NEEDS_ARCHIVE}`] : []
}

const NEEDS_ARCHIVE =
  'That needs an archive, and this Zenith has none: start it with --archive, or mount it with the option archive, as docs/archive.md describes.'
