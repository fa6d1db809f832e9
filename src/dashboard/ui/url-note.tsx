import { TriangleAlert } from 'lucide-react'
import { useTimeRange, useUrlProblems } from '../routing/route.js'
import { rangeInWords } from './period.js'

/** Names the values in the URL that the page does not know, and what it shows instead. Renders nothing if it knows all. */
export function UrlNote() {
  const problems = useUrlProblems()
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
