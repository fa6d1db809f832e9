import type { Finds } from '../../api/search.js'
import { exact, plural } from '../ui/format.js'

interface FindNoteProps {
  finds: Finds | undefined
  error: Error | null
  isLooking: boolean
}

/** What was searched for the text in the palette. */
export function FindNote({ finds, error, isLooking }: FindNoteProps) {
  return (
    <p role="status" className="label min-h-9 shrink-0 border-t border-line px-5 py-2.5 break-words empty:hidden">
      {error
        ? error.message
        : isLooking
          ? 'Searching routes, exceptions, slow entries and jobs…'
          : finds && wordsOf(finds)}
    </p>
  )
}

const KINDS = { routes: 'routes', exceptions: 'exceptions', slow: 'slow entries', jobs: 'jobs' } as const

function wordsOf({ searched: { services, queues, queuesLeft }, late }: Finds): string {
  const all = queues + queuesLeft
  const jobs = all === 0 ? '' : `; looked up the id in ${exact(queues)} of ${plural(all, 'queue')}`
  const partly = late.length === 0 ? '' : ` Not read to the end: ${late.map((kind) => KINDS[kind]).join(', ')}.`
  return `Searched routes, exceptions and slow entries of ${plural(services, 'service')}${jobs}.${partly}`
}
