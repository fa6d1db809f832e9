import { type FormEvent, useEffect, useMemo, useState } from 'react'
import type { Overview } from '../../../api/overview.js'
import type { FoundJob, QueueSearched } from '../../../api/search.js'
import { type JobsSearch, useJobsSearch } from '../../api/search-api.js'
import { changePage, usePage } from '../../routing/route.js'
import { Button } from '../../ui/button.js'
import { EmptyState } from '../../ui/empty-state.js'
import { exact, plural } from '../../ui/format.js'
import { Loading } from '../../ui/loading.js'
import { PageLink } from '../../ui/page-link.js'
import { Problem } from '../../ui/problem.js'
import { SearchField } from '../../ui/search-field.js'
import { Section } from '../../ui/section.js'
import { FoundJobRow } from './found-job-row.js'
import { filterQueues } from './queues.js'

/** Where a text for all queues is typed. It is searched when it is sent: each search reads thousands of jobs. */
export function JobsSearchField() {
  const { find } = usePage('queues')
  const [text, setText] = useState(find)
  useEffect(() => setText(find), [find])
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    changePage('queues', { find: text.trim() })
  }
  const clear = () => {
    setText('')
    changePage('queues', { find: '' })
  }
  return (
    <form className="flex min-w-0 gap-2" onSubmit={onSubmit}>
      <SearchField
        label="Search the jobs of all queues by id, name or text"
        placeholder="Search the jobs of all queues"
        value={text}
        isActive={find !== ''}
        maxLength={200}
        className="min-w-0 sm:max-w-md"
        onChange={setText}
        onClear={clear}
      />
      <Button type="submit" className="h-9" disabled={text.trim() === ''}>
        Search
      </Button>
    </form>
  )
}

/** What a search over all queues found, and how far it searched. */
export function JobsFound({
  overview,
  text: find,
  title = 'Jobs',
}: {
  overview: Overview
  text: string
  title?: string
}) {
  const { q, service, env, version } = usePage('queues')
  const search = useJobsSearch(find)
  const meant = useMemo(
    () => new Map(filterQueues(overview, { q, service, env, version }).map((queue) => [queue.key, queue])),
    [overview, q, service, env, version],
  )
  const shown = search.jobs.filter(({ queue }) => meant.has(queue))
  const hidden = search.jobs.length - shown.length
  return (
    <Section title={title} aside={hidden > 0 ? `${plural(hidden, 'job')} in queues that the filters leave out` : ''}>
      <div className="flex flex-col gap-3">
        <Progress search={search} />
        <Problem error={search.error} />
        {search.last === null && search.isSearching && <Loading what="the jobs that match" />}
        {shown.length > 0 && <Jobs jobs={shown} canOpen={(key) => meant.get(key)?.actions.includes('get') ?? false} />}
        {search.last && shown.length === 0 && !search.isSearching && <NothingFound search={search} />}
        <Incomplete queues={search.queues} text={find} />
      </div>
    </Section>
  )
}

function Jobs({ jobs, canOpen }: { jobs: readonly FoundJob[]; canOpen: (queue: string) => boolean }) {
  return (
    <ul aria-label="Jobs that match" className="panel overflow-hidden">
      {jobs.map((found) => (
        <FoundJobRow key={`${found.queue}\n${found.job.id}`} found={found} canOpen={canOpen(found.queue)} />
      ))}
    </ul>
  )
}

function Progress({ search }: { search: JobsSearch }) {
  const { isSearching, stopped, cancel, goOn } = search
  return (
    <div className="flex flex-wrap items-center gap-3">
      <p role="status" className="label">
        {progressWords(search)}
      </p>
      {isSearching && <Button onClick={cancel}>Cancel</Button>}
      {(stopped || search.error) && !isSearching && <Button onClick={goOn}>Search on</Button>}
    </div>
  )
}

/** `3 jobs found. Searched 12 of 40 queues, at most 5,000 jobs of each; stopped after 10 s.` */
function progressWords({ jobs, queues, last, isSearching, stopped }: JobsSearch): string {
  if (!last) return isSearching ? 'Searching…' : 'Not searched.'
  const { total, left, perQueue } = last
  const why = stopped === 'time' ? '; stopped after 10 s' : stopped === 'cancelled' ? '; cancelled' : ''
  const begin = isSearching
    ? `Searching: ${plural(jobs.length, 'job')} found so far.`
    : `${plural(jobs.length, 'job')} found.`
  const cannot =
    left === 0
      ? ''
      : ` ${plural(left, 'queue')} can’t be searched: Zenith is not connected, or the system has no search.`
  return `${begin} Searched ${exact(queues.length)} of ${plural(total, 'queue')}, at most ${exact(perQueue)} jobs of each${why}.${cannot}`
}

function NothingFound({ search: { queues, stopped } }: { search: JobsSearch }) {
  const isWhole = stopped === null && queues.every(isWholly)
  return (
    <div className="panel px-4 py-10">
      <EmptyState title={isWhole ? 'No job matches' : 'No job matches so far'}>
        Zenith searched ids, names, errors and payloads. Masked values never match.
      </EmptyState>
    </div>
  )
}

function isWholly({ stopped, error, skipped }: QueueSearched): boolean {
  return stopped === null && error === null && skipped === 0
}

/** The queues that were not searched to the end, each with the way to search it alone. */
function Incomplete({ queues, text }: { queues: readonly QueueSearched[]; text: string }) {
  const partly = queues.filter((queue) => !isWholly(queue))
  if (partly.length === 0) return null
  return (
    <details className="label">
      <summary className="w-fit rounded-sm hover:text-text">
        {plural(partly.length, 'queue')} not searched to the end
      </summary>
      <ul className="mt-2 flex flex-col gap-1">
        {partly.map((queue) => (
          <li key={queue.key} className="break-words">
            <PageLink
              to={{ page: 'queue', queue: queue.key, find: text }}
              className="font-medium text-accent hover:underline"
            >
              {queue.name}
            </PageLink>
            : {whyNot(queue)}
          </li>
        ))}
      </ul>
    </details>
  )
}

const STOPPED = {
  matches: 'enough matches',
  scanned: 'more jobs than are read of one queue',
  time: 'it took too long',
} as const

function whyNot({ scanned, total, skipped, stopped, error }: QueueSearched): string {
  if (error !== null) return error
  const large = skipped > 0 && `${plural(skipped, 'payload')} too large to search`
  const part = stopped && `${exact(scanned)} of ${exact(total)} jobs read (${STOPPED[stopped]})`
  return [part, large].filter(Boolean).join(', ')
}
