import { type KeyboardEvent, useCallback, useMemo, useRef } from 'react'
import type { JobAction } from '../../../api/actions.js'
import type { QueueView } from '../../../api/queues.js'
import type { LookedAt } from '../../../protocol/jobs.js'
import type { JobState } from '../../../protocol/queues.js'
import { useSession } from '../../api/session.js'
import { changePage, usePage } from '../../routing/route.js'
import { Button } from '../../ui/button.js'
import { exact, plural } from '../../ui/format.js'
import { Loading } from '../../ui/loading.js'
import { PageChips } from '../../ui/page-chips.js'
import { Problem } from '../../ui/problem.js'
import { jobActions } from '../queues/job-actions.js'
import { stateWord } from '../queues/queues.js'
import { JobBar } from './job-bar.js'
import { JobSearchField, searchWords } from './job-search.js'
import { JobTable } from './job-table.js'
import { NoJobs } from './no-jobs.js'
import { clearSelection, selectAll, selectShown, toggle, useSelection } from './selection.js'
import { StateTabs } from './state-tabs.js'
import type { JobDoing } from './use-job-doing.js'
import { type ShownJobs, useShownJobs } from './use-shown-jobs.js'

interface JobListProps {
  queue: QueueView
  state: JobState
  doing: JobDoing
}

/** The jobs of one state, part by part, to look at and to act on. */
export function JobList({ queue, state, doing }: JobListProps) {
  const { find, order } = usePage('queue')
  const canSearch = queue.actions.includes('search')
  return (
    <section aria-label="Jobs" className="flex min-w-0 flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <StateTabs queue={queue} chosen={state} />
        <div className="flex min-w-0 flex-[1_1_22rem] flex-wrap items-center justify-end gap-2">
          {canSearch && <JobSearchField what={`${stateWord(state)} jobs`} />}
          {!find && <OrderPicker order={order} />}
        </div>
      </div>
      {canSearch && <PageChips />}
      {doing.notice}
      <Rows key={`${state} ${find}`} queue={queue} state={state} doing={doing} text={canSearch ? find : ''} />
    </section>
  )
}

interface RowsProps extends JobListProps {
  /** What is searched for; empty for all. */
  text: string
}

function Rows({ queue, state, doing, text }: RowsProps) {
  const shown = useShownJobs(queue.key, state, text)
  if (!shown.hasAnswer && !shown.error) return <Loading what={`the ${stateWord(state)} jobs of ${queue.name}`} />
  return (
    <>
      <Problem error={shown.error} before={shown.hasAnswer ? 'The page shows the last answer.' : ''} />
      {shown.search && (
        <div role="status" className="label flex flex-wrap items-center gap-3">
          {searchWords(shown.search)}
          {shown.search.next !== undefined && !shown.partial && <Button onClick={shown.goOn}>Check more</Button>}
        </div>
      )}
      {shown.hasAnswer && <Panel queue={queue} state={state} doing={doing} text={text} shown={shown} />}
    </>
  )
}

function Panel({ queue, state, doing, text, shown }: RowsProps & { shown: ShownJobs }) {
  const { jobs, ids, total, offset, missing, partial, goOn } = shown
  const list = `${queue.key}\n${state}\n${text}`
  const selection = useSelection(list)
  const actions = useActions(queue, state)
  const ask = useSame(doing.ask)
  const onSelect = useCallback((id: string, isRange: boolean) => toggle(list, id, ids, isRange), [list, ids])
  const onActOne = useCallback(
    (action: JobAction, id: string) => ask({ action, state, ids: [id], text }),
    [ask, state, text],
  )
  const onKeyDown = (event: KeyboardEvent) => {
    if (!isSelectAll(event) || actions.length === 0) return
    event.preventDefault()
    selectShown(list, ids)
  }
  return (
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
        shown={ids}
        total={total}
        offset={offset}
        missing={missing}
        isSearch={text !== ''}
        actions={actions}
        selection={selection}
        onSelectShown={() => selectShown(list, ids)}
        onSelectAll={() => selectAll(list, ids)}
        onClear={clearSelection}
        onAct={(action) => ask({ action, state, ids: selection.isAll ? null : [...selection.ids], text })}
      />
      {jobs.length > 0 ? (
        <JobTable
          queue={queue.key}
          jobs={jobs}
          state={state}
          actions={actions}
          canOpen={queue.actions.includes('get')}
          selection={selection}
          onSelect={onSelect}
          onAct={onActOne}
        />
      ) : (
        <NoJobs
          state={state}
          text={text}
          offset={offset}
          isPartial={partial !== null || shown.search?.next !== undefined}
        />
      )}
      {partial && <LookedNote partial={partial} state={state} onGoOn={goOn} />}
      {missing > 0 && (
        <p className="label border-t border-line px-4 py-2">
          {plural(missing, 'job')} in this list no longer {missing === 1 ? 'exists' : 'exist'}; only the ids are left.
        </p>
      )}
    </div>
  )
}

function isSelectAll({ key, ctrlKey, metaKey, shiftKey, altKey }: KeyboardEvent): boolean {
  return key.toLowerCase() === 'a' && (ctrlKey || metaKey) && !shiftKey && !altKey
}

/** The same list as long as it names the same actions, so that rows are not drawn again for it. */
function useActions(queue: QueueView, state: JobState): readonly JobAction[] {
  const session = useSession()
  const actions = useMemo(() => jobActions(queue, state, session), [queue, state, session])
  const known = useRef(actions)
  if (known.current.join() !== actions.join()) known.current = actions
  return known.current
}

/** The same function on every drawing, for the same reason. */
function useSame<T extends readonly unknown[]>(act: (...args: T) => void): (...args: T) => void {
  const latest = useRef(act)
  latest.current = act
  return useCallback((...args: T) => latest.current(...args), [])
}

function OrderPicker({ order }: { order: 'newest' | 'oldest' }) {
  return (
    <select
      aria-label="Order"
      value={order}
      className="h-9 rounded-lg border border-line bg-panel px-2.5 hover:border-line-strong"
      onChange={({ target }) =>
        changePage('queue', { order: target.value === 'oldest' ? 'oldest' : 'newest', offset: 0 })
      }
    >
      <option value="newest">Newest first</option>
      <option value="oldest">Oldest first</option>
    </select>
  )
}

interface LookedNoteProps {
  partial: LookedAt
  state: JobState
  onGoOn: () => void
}

/** How far a list that several queues share was looked through. */
function LookedNote({ partial: { looked, total }, state, onGoOn }: LookedNoteProps) {
  return (
    <div role="status" className="label flex flex-wrap items-center gap-3 border-t border-line px-4 py-2">
      Zenith checked the newest {exact(looked)} of {exact(total)} {stateWord(state)} jobs of all queues: older ones may
      belong to this queue, too.
      <Button onClick={onGoOn}>Check more</Button>
    </div>
  )
}
