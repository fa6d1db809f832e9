import type { RecordListing } from '../../api/part.js'
import { count } from './format.js'
import { whenInWords } from './period.js'

interface ListNoteProps {
  /** Undefined where there is no answer. */
  listing: RecordListing<unknown> | undefined
  /** What it is a list of. */
  what: string
}

/** Says what an answer is without; nothing when it is whole. */
export function ListNote({ listing, what }: ListNoteProps) {
  if (!listing) return null
  const { total, items, unread = [] } = listing
  if (items.length === total && unread.length === 0) return null
  return (
    <p role="status" className="label min-w-0 break-words">
      {items.length < total && `${count(items.length)} of ${count(total)} ${what} are shown: narrow them by service. `}
      {unread.length > 0 && `Not read in time: ${unread.join(', ')}.`}
    </p>
  )
}

/** How many records an answer read: `at most 1,000 per service`; of the archive `all in the archive`, `the newest 10,000, since 29 Nov, 14:03` */
export function boundInWords(listing: RecordListing<unknown> | undefined): string {
  if (!listing) return 'not known yet'
  const { perService, since } = listing
  if (perService !== undefined) return `at most ${count(perService)} per service`
  if (since === undefined) return 'all in the archive'
  return `the newest 10,000, since ${whenInWords(since)}`
}
