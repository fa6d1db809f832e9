import type { JobAction } from '../../../api/actions.js'
import type { JobSummary } from '../../../protocol/jobs.js'
import type { JobState } from '../../../protocol/queues.js'
import { COLUMNS_OF } from './job-cells.js'
import { JobRow } from './job-row.js'
import type { Selection } from './selection.js'

interface JobTableProps {
  queue: string
  jobs: readonly JobSummary[]
  state: JobState
  actions: readonly JobAction[]
  canOpen: boolean
  selection: Selection
  onSelect: (id: string, isRange: boolean) => void
  onAct: (action: JobAction, id: string) => void
}

export function JobTable({ queue, jobs, state, actions, canOpen, selection, onSelect, onAct }: JobTableProps) {
  const columns = COLUMNS_OF[state]
  const heading = 'label px-3 py-2 font-normal last:pr-4'
  return (
    <table className="w-full border-t border-line text-[0.8125rem]">
      <thead>
        <tr>
          {actions.length > 0 && (
            <th scope="col" className="w-10">
              <span className="sr-only">Tick</span>
            </th>
          )}
          <th scope="col" className={`${heading} w-full text-left first:pl-4`}>
            Job
          </th>
          <th scope="col" className={`${heading} min-w-24 text-right`}>
            {columns.when}
          </th>
          <th scope="col" className={`${heading} hidden text-right whitespace-nowrap sm:table-cell sm:min-w-32`}>
            {columns.figure}
          </th>
          <th scope="col" className={`${heading} hidden text-right md:table-cell md:min-w-28`}>
            Attempts
          </th>
          {actions.length > 0 && (
            <th scope="col">
              <span className="sr-only">Actions</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {jobs.map((job) => (
          <JobRow
            key={job.id}
            queue={queue}
            job={job}
            state={state}
            actions={actions}
            canOpen={canOpen}
            isSelected={selection.isAll || selection.ids.has(job.id)}
            onSelect={onSelect}
            onAct={onAct}
          />
        ))}
      </tbody>
    </table>
  )
}
