import { useEffect, useState } from 'react'
import type { JobSearch } from '../../../protocol/jobs.js'
import { changePage, usePage } from '../../routing/route.js'
import { exact, plural } from '../../ui/format.js'
import { SearchField } from '../../ui/search-field.js'

/** A search goes to the queue's own system: it waits until somebody stopped typing, ms. */
const QUIET_MS = 400

/** Looks in one state's jobs; `/` goes to it. */
export function JobSearchField({ what }: { what: string }) {
  const { find } = usePage('queue')
  const [text, setText] = useState(find)
  // What is emptied elsewhere, by Escape or the back button, is empty here too.
  useEffect(() => setText(find), [find])
  useEffect(() => {
    if (text.trim() === find) return
    const timer = setTimeout(() => changePage('queue', { find: text.trim(), offset: 0 }), QUIET_MS)
    return () => clearTimeout(timer)
  }, [text, find])
  const clear = () => {
    setText('')
    changePage('queue', { find: '', offset: 0 })
  }
  return (
    <SearchField
      label={`Search ${what} by id, name or text`}
      placeholder="Search by id, name or text"
      value={text}
      isActive={find !== ''}
      hasKey
      className="min-w-48 sm:max-w-80"
      onChange={setText}
      onEnter={() => changePage('queue', { find: text.trim(), offset: 0 })}
      onClear={clear}
    />
  )
}

/** How far a search came, and why no further. */
export function searchWords({ jobs, scanned, total, skipped, stopped }: JobSearch): string {
  const looked = `${plural(jobs.length, 'job')} found in ${exact(scanned)} of ${exact(total)}`
  const large = skipped > 0 ? `; ${plural(skipped, 'payload')} too large to search` : ''
  return `${looked}${large}.${STOPPED[stopped ?? ''] ?? ''}`
}

const STOPPED: Readonly<Record<string, string>> = {
  matches: ' The search stopped there: a longer text finds fewer.',
  scanned: ' The search stopped there to spare the queue’s system: there may be more.',
  time: ' The search stopped there because it took too long: there may be more.',
}
