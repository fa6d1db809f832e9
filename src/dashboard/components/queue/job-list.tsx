import { type KeyboardEvent, useCallback, useMemo, useRef } from 'react'
import type { JobListing, JobSearch, JobSummary } from '../../../protocol/jobs.js'
import type { JobAction, QueueView } from '../../../protocol/queue-views.js'
import type { JobState } from '../../../protocol/queues.js'
import { plural } from '../../format.js'
import { useJobSearch, useJobs } from '../../live/queues-api.js'
import { useSession } from '../../live/session.js'
import { jobActions } from '../../view/queue/jobs.js'
import { stateWord } from '../../view/queue/queues.js'
import { clearSelection, tickAll, tickShown, toggle, useSelection } from '../../view/selection.js'
import { choose, useChoice } from '../../view/url-state.js'
import { EmptyState } from '../empty-state.js'
import { Loading } from '../loading.js'
import { Problem } from '../problem.js'
import { JobBar } from './job-bar.js'
import { JobSearchField, searchWords } from './job-search.js'
import { JobTable } from './job-table.js'
import { StateTabs } from './state-tabs.js'
import type { JobDoing } from './use-job-doing.js'

interface JobListProps {
  queue: QueueView
  state: JobState
  doing: JobDoing
}

const NO_JOBS: readonly JobSummary[] = []

/** The jobs of one state, part by part, to look at and to act on. */
export function JobList({ queue, state, doing }: JobListProps) {
  const { find, order } = useChoice()
  const canSearch = queue.actions.includes('search')
  return (
    <section aria-label="Jobs" className="flex min-w-0 flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <StateTabs queue={queue} chosen={state} />
        <div className="flex min-w-0 flex-1 flex-wrap items-center justify-end gap-2">
          {canSearch && <JobSearchField what={`${stateWord(state)} jobs`} />}
          {!find && <OrderPicker order={order} />}
        </div>
      </div>
      {doing.notice}
      <Rows key={`${state} ${find}`} queue={queue} state={state} doing={doing} text={canSearch ? find : ''} />
    </section>
  )
}

function Rows({ queue, state, doing, text }: JobListProps & { text: string }) {
  const { key, name } = queue
  const { order, offset: offsetText } = useChoice()
  const offset = Math.max(0, Math.floor(Number(offsetText)) || 0)
  const list = useJobs(key, { state, order: order === 'oldest' ? 'oldest' : 'newest', offset }, text === '')
  const search = useJobSearch(key, state, text)
  const answer: JobListing | JobSearch | undefined = text ? search.data : list.data
  const error = text ? search.error : list.error
  const jobs = answer?.jobs ?? NO_JOBS
  const total = text ? jobs.length : (list.data?.total ?? 0)
  const shown = useMemo(() => jobs.map(({ id }) => id), [jobs])
  const session = useSession()
  const actions = useMemo(() => jobActions(queue, state, session), [queue, state, session])
  const stable = useStable(actions)
  const listName = `${key}\n${state}\n${text}`
  const selection = useSelection(listName)
  const { ask } = useStableDoing(doing)
  const onTick = useCallback((id: string, isRange: boolean) => toggle(listName, id, shown, isRange), [listName, shown])
  const onActOne = useCallback(
    (action: JobAction, id: string) => ask({ action, state, ids: [id], text }),
    [ask, state, text],
  )
  const onKeyDown = (event: KeyboardEvent) => {
    const isAll =
      event.key.toLowerCase() === 'a' && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey
    if (!isAll || stable.length === 0) return
    event.preventDefault()
    tickShown(listName, shown)
  }
  if (!answer && !error) return <Loading what={`the ${stateWord(state)} jobs of ${name}`} />
  return (
    <>
      <Problem error={error} before={answer ? 'What is shown is the last answer.' : ''} />
      {text && search.data && (
        <p role="status" className="label">
          {searchWords(search.data)}
        </p>
      )}
      {answer && (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields
        <div
          role="group"
          aria-label={`${stateWord(state)} jobs`}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: Ctrl+A needs a place to be pressed in
          tabIndex={0}
          className="panel overflow-hidden"
          onKeyDown={onKeyDown}
        >
          <JobBar
            shown={shown}
            total={total}
            offset={offset}
            isSearch={text !== ''}
            actions={stable}
            selection={selection}
            onTickShown={() => tickShown(listName, shown)}
            onTickAll={() => tickAll(listName, shown)}
            onClear={clearSelection}
            onAct={(action) => ask({ action, state, ids: selection.isAll ? null : [...selection.ids], text })}
          />
          {jobs.length > 0 ? (
            <JobTable
              queue={key}
              jobs={jobs}
              state={state}
              actions={stable}
              canOpen={queue.actions.includes('get')}
              selection={selection}
              onTick={onTick}
              onAct={onActOne}
            />
          ) : (
            <NoJobs state={state} text={text} offset={offset} />
          )}
          {'missing' in answer && answer.missing > 0 && (
            <p className="label border-t border-line px-4 py-2">
              {plural(answer.missing, 'job')} in this list {answer.missing === 1 ? 'is' : 'are'} gone: their ids are
              still in it.
            </p>
          )}
        </div>
      )}
    </>
  )
}

/** The same list as long as it names the same actions, so that rows are not drawn again for it. */
function useStable(actions: readonly JobAction[]): readonly JobAction[] {
  const known = useRef(actions)
  if (known.current.join() !== actions.join()) known.current = actions
  return known.current
}

/** The same function on every drawing, for the same reason. */
function useStableDoing(doing: JobDoing): Pick<JobDoing, 'ask'> {
  const latest = useRef(doing)
  latest.current = doing
  const ask = useCallback<JobDoing['ask']>((asked) => latest.current.ask(asked), [])
  return { ask }
}

function NoJobs({ state, text, offset }: { state: JobState; text: string; offset: number }) {
  return (
    <div className="border-t border-line px-4 py-12">
      {text ? (
        <EmptyState title="No job like that">
          Ids, names, errors and data of {stateWord(state)} jobs were looked at. Other states are searched on their own.
        </EmptyState>
      ) : offset > 0 ? (
        <EmptyState title="There are not that many any more">
          <button
            type="button"
            className="font-medium text-accent hover:underline"
            onClick={() => choose({ offset: '' })}
          >
            Go to the first page
          </button>
        </EmptyState>
      ) : (
        <EmptyState title={`No ${stateWord(state)} jobs`}>
          {state === 'failed' ? 'Nothing failed that the queue still keeps.' : 'They appear here by themselves.'}
        </EmptyState>
      )}
    </div>
  )
}

function OrderPicker({ order }: { order: string }) {
  return (
    <select
      aria-label="Order"
      value={order === 'oldest' ? 'oldest' : ''}
      className="h-9 rounded-lg border border-line bg-panel px-2.5 hover:border-line-strong"
      onChange={(event) => choose({ order: event.target.value, offset: '' })}
    >
      <option value="">Newest first</option>
      <option value="oldest">Oldest first</option>
    </select>
  )
}
