import { Play, RotateCw, Trash2 } from 'lucide-react'
import { memo } from 'react'
import type { JobAction } from '../../../api/actions.js'
import type { JobSummary } from '../../../protocol/jobs.js'
import type { JobState } from '../../../protocol/queues.js'
import { useFrozenProps } from '../../ui/action-button.js'
import { PageLink } from '../../ui/page-link.js'
import { ACTION_NAMES } from '../queues/job-actions.js'
import { attemptsWords, FigureCell, WhenCell } from './job-cells.js'

export const ACTION_ICONS = { retry: RotateCw, promote: Play, remove: Trash2 } as const
export const ACTION_KEYS: Readonly<Partial<Record<JobAction, string>>> = { retry: 'r', remove: '#' }

interface JobRowProps {
  /** Key of the queue. */
  queue: string
  job: JobSummary
  state: JobState
  /** What may be done with it; empty: nothing, and there are no boxes to select it. */
  actions: readonly JobAction[]
  canOpen: boolean
  isSelected: boolean
  onSelect: (id: string, isRange: boolean) => void
  onAct: (action: JobAction, id: string) => void
}

/** A job in a list. Drawn again only when something of it changed. */
export const JobRow = memo(
  function JobRow({ queue, job, state, actions, canOpen, isSelected, onSelect, onAct }: JobRowProps) {
    const { id, name } = job
    return (
      <tr className={`group/row border-t border-line hover:bg-raised ${isSelected ? 'bg-accent/8' : ''}`}>
        {actions.length > 0 && (
          <td className="w-10 pl-4 align-middle">
            <input
              type="checkbox"
              data-shortcut="x"
              aria-label={`Tick ${name} ${id}`}
              checked={isSelected}
              className="block size-4 accent-accent select-none"
              // React's change of a box is a click, which knows whether Shift was held.
              onChange={({ nativeEvent }) => onSelect(id, nativeEvent instanceof MouseEvent && nativeEvent.shiftKey)}
            />
          </td>
        )}
        <th scope="row" className="max-w-0 py-2 pr-3 pl-3 text-left font-normal first:pl-4">
          <JobName queue={queue} job={job} canOpen={canOpen} />
          {job.error && state !== 'completed' && (
            <p className="truncate text-xs text-bad" title={job.error}>
              {job.error}
            </p>
          )}
        </th>
        <td className="px-3 text-right whitespace-nowrap">
          <WhenCell job={job} state={state} />
        </td>
        <td className="hidden px-3 text-right whitespace-nowrap sm:table-cell">
          <FigureCell job={job} state={state} />
        </td>
        <td className="hidden px-3 text-right whitespace-nowrap last:pr-4 md:table-cell">{attemptsWords(job)}</td>
        {actions.length > 0 && (
          <td className="pr-2 text-right whitespace-nowrap">
            {actions.map((action) => (
              <RowButton key={action} action={action} job={job} onAct={onAct} />
            ))}
          </td>
        )}
      </tr>
    )
  },
  (a, b) =>
    a.isSelected === b.isSelected &&
    a.state === b.state &&
    a.canOpen === b.canOpen &&
    a.onSelect === b.onSelect &&
    a.onAct === b.onAct &&
    a.actions === b.actions &&
    (a.job === b.job || JSON.stringify(a.job) === JSON.stringify(b.job)),
)

function JobName({
  queue,
  job: { id, name, scheduler, parent },
  canOpen,
}: {
  queue: string
  job: JobSummary
  canOpen: boolean
}) {
  const facts = [id, scheduler && `by ${scheduler}`, parent && `child of ${parent.id}`].filter(Boolean).join(' · ')
  return (
    <p className="flex min-w-0 items-baseline gap-2">
      {canOpen ? (
        <PageLink
          to={{ page: 'job', queue, job: id }}
          data-row=""
          title={name}
          className="row-link min-w-0 shrink font-medium"
        >
          {name || 'unnamed'}
        </PageLink>
      ) : (
        <span className="min-w-0 truncate font-medium" title={name}>
          {name || 'unnamed'}
        </span>
      )}
      <span className="label min-w-0 flex-1 truncate font-mono" title={facts}>
        {facts}
      </span>
    </p>
  )
}

interface RowButtonProps {
  action: JobAction
  job: JobSummary
  onAct: (action: JobAction, id: string) => void
}

function RowButton({ action, job: { id, name }, onAct }: RowButtonProps) {
  const Icon = ACTION_ICONS[action]
  const key = ACTION_KEYS[action]
  const frozen = useFrozenProps()
  return (
    <button
      type="button"
      data-shortcut={key}
      aria-label={`${ACTION_NAMES[action]} ${name} ${id}`}
      title={key ? `${ACTION_NAMES[action]} (${key})` : ACTION_NAMES[action]}
      {...frozen}
      className="inline-grid size-8 place-items-center rounded-lg text-soft hover:bg-track hover:text-text disabled:cursor-not-allowed disabled:opacity-40"
      onClick={() => onAct(action, id)}
    >
      <Icon className="size-4" aria-hidden="true" />
    </button>
  )
}
