import { ChevronLeft, ChevronRight } from 'lucide-react'
import type { JobAction } from '../../../api/actions.js'
import { JOBS_A_PAGE } from '../../api/queues-api.js'
import { changePage } from '../../routing/route.js'
import { ActionButton } from '../../ui/action-button.js'
import { count, plural } from '../../ui/format.js'
import { ICON_BUTTON } from '../../ui/icon-button.js'
import { ACTION_NAMES } from '../queues/job-actions.js'
import { ACTION_ICONS, ACTION_KEYS } from './job-row.js'
import type { Selection } from './selection.js'

interface JobBarProps {
  /** Ids of the jobs that are shown. */
  shown: readonly string[]
  /** How many are in the list in all, or were found. */
  total: number
  offset: number
  /** Ids that stand for no job any more, among those that are shown. */
  missing: number
  /** Whether the list is a search's, which has no pages. */
  isSearch: boolean
  actions: readonly JobAction[]
  selection: Selection
  onSelectShown: () => void
  onSelectAll: () => void
  onClear: () => void
  onAct: (action: JobAction) => void
}

/** Above the list: where one is in it, or what is selected and what can be done with that. It is always there, so that no row moves. */
export function JobBar(props: JobBarProps) {
  const { shown, actions, selection, onSelectShown, onClear } = props
  const isAny = selection.ids.size > 0
  const isWhole = shown.length > 0 && shown.every((id) => selection.ids.has(id))
  return (
    <div className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-1 px-4 py-1.5">
      {actions.length > 0 && (
        <input
          type="checkbox"
          aria-label="Select all shown"
          className="size-4 accent-accent"
          checked={isWhole || selection.isAll}
          disabled={shown.length === 0}
          ref={(box) => {
            if (box) box.indeterminate = isAny && !isWhole
          }}
          onChange={() => (isWhole ? onClear() : onSelectShown())}
        />
      )}
      {isAny ? <Selected {...props} isWhole={isWhole} /> : <Place {...props} />}
    </div>
  )
}

function Selected({
  selection,
  shown,
  total,
  isSearch,
  actions,
  isWhole,
  onSelectAll,
  onClear,
  onAct,
}: JobBarProps & { isWhole: boolean }) {
  const canBeMore = isWhole && !selection.isAll && (isSearch || total > shown.length)
  return (
    <>
      <span role="status" className="font-medium">
        {selection.isAll
          ? isSearch
            ? 'All matching jobs'
            : `All ${count(total)}`
          : `${count(selection.ids.size)} selected`}
      </span>
      <span data-bar="" className="flex gap-1.5">
        {actions.map((action) => {
          const Icon = ACTION_ICONS[action]
          return (
            <ActionButton key={action} data-shortcut={ACTION_KEYS[action]} onClick={() => onAct(action)}>
              <Icon className="size-3.5" aria-hidden="true" />
              {ACTION_NAMES[action]}
            </ActionButton>
          )
        })}
      </span>
      {canBeMore && (
        <button
          type="button"
          className="rounded-sm text-[0.8125rem] font-medium text-accent hover:underline"
          onClick={onSelectAll}
        >
          {isSearch ? 'Select all matching jobs' : `Select all ${count(total)} matching jobs`}
        </button>
      )}
      <button type="button" className="ml-auto rounded-sm text-[0.8125rem] text-soft hover:text-text" onClick={onClear}>
        Untick
      </button>
    </>
  )
}

function Place({ shown, total, offset, missing, isSearch }: JobBarProps) {
  if (isSearch) return <span className="label">{plural(shown.length, 'job')} found</span>
  // Long ids and errors make a page shorter, so that its answer is not too large: the next begins where it ended.
  const end = offset + shown.length + missing
  return (
    <>
      <span className="label">
        {shown.length === 0 ? 'None' : `${count(offset + 1)}–${count(end)} of ${count(total)}`}
      </span>
      <span className="ml-auto flex gap-1.5">
        <PageButton label="Previous page" to={offset - JOBS_A_PAGE} isOff={offset === 0} Icon={ChevronLeft} />
        <PageButton label="Next page" to={end} isOff={end >= total || end === offset} Icon={ChevronRight} />
      </span>
    </>
  )
}

interface PageButtonProps {
  label: string
  to: number
  isOff: boolean
  Icon: typeof ChevronLeft
}

function PageButton({ label, to, isOff, Icon }: PageButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      disabled={isOff}
      className={`${ICON_BUTTON} disabled:cursor-not-allowed disabled:opacity-40`}
      onClick={() => changePage('queue', { offset: Math.max(0, to) })}
    >
      <Icon className="size-4" aria-hidden="true" />
    </button>
  )
}
