import { Search } from 'lucide-react'
import { type KeyboardEvent, useEffect, useState } from 'react'
import type { JobSearch } from '../../../protocol/jobs.js'
import { changePage, usePage } from '../../routing/route.js'
import { exact, plural } from '../../ui/format.js'

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
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Enter') changePage('queue', { find: text.trim(), offset: 0 })
    if (event.key !== 'Escape') return
    event.preventDefault()
    event.stopPropagation()
    if (!text && !find) return event.currentTarget.blur()
    setText('')
    changePage('queue', { find: '', offset: 0 })
  }
  return (
    <label className="relative min-w-48 flex-1 sm:max-w-80">
      <span className="sr-only">Search {what} by id, name or text</span>
      <Search className="pointer-events-none absolute top-2.5 left-3 size-4 text-soft" aria-hidden="true" />
      <input
        id="filter"
        type="text"
        value={text}
        placeholder="Search by id, name or text"
        autoComplete="off"
        spellCheck={false}
        className={`h-9 w-full rounded-lg border bg-panel pr-9 pl-9 placeholder:text-soft hover:border-line-strong ${find ? 'border-accent' : 'border-line'}`}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <span className="key pointer-events-none absolute top-2 right-2.5" aria-hidden="true">
        /
      </span>
    </label>
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
