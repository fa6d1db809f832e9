import { ChevronRight } from 'lucide-react'
import type { BulkOperation } from '../../../api/bulk.js'
import type { Resource } from '../../../api/permissions.js'
import { useBulk } from '../../api/activity-api.js'
import { useBulkStep } from '../../api/changes.js'
import { can, useSession } from '../../api/session.js'
import { changePage } from '../../routing/route.js'
import { Ago } from '../../ui/ago.js'
import { Button } from '../../ui/button.js'
import { Facts } from '../../ui/facts.js'
import { capital, exactTime, plural } from '../../ui/format.js'
import { Problem } from '../../ui/problem.js'
import { LeftButtons } from '../bulk/bulk-left.js'
import { BulkProgress, lookedWords, outcomeWords, Reasons, skippedTitle } from '../bulk/bulk-progress.js'
import { BulkResults } from '../bulk/bulk-results.js'
import { ACTION_NAMES } from '../queues/job-actions.js'
import { stateWord } from '../queues/queues.js'

type QueueName = NonNullable<Resource['queue']>

interface BulkRowProps {
  operation: BulkOperation
  /** What its queues are called. */
  of: string
  queues: readonly QueueName[]
  isOpen: boolean
}

const PHASE_LOOKS: Readonly<Record<string, string>> = {
  counting: 'bg-track',
  ready: 'bg-track',
  running: 'bg-accent/10 text-accent',
  done: 'bg-ok-wash text-ok',
  cancelled: 'bg-track',
  failed: 'bg-bad-wash text-bad',
  interrupted: 'bg-warn-wash text-warn',
}

/** A bulk operation: what, whose, how far; opened it tells what became of each job. */
export function BulkRow({ operation, of, queues, isOpen }: BulkRowProps) {
  const { id, action, selection, phase, user, asOf } = operation
  const toggle = () => changePage('activity', { bulk: isOpen ? '' : id })
  return (
    <li className="border-b border-line last:border-b-0">
      <button
        type="button"
        data-row=""
        aria-expanded={isOpen}
        className="flex w-full items-start gap-2.5 px-4 py-3 text-left -outline-offset-2 hover:bg-raised"
        onClick={toggle}
      >
        <ChevronRight
          className={`mt-0.5 size-4 shrink-0 text-soft motion-safe:transition-transform ${isOpen ? 'rotate-90' : ''}`}
          aria-hidden="true"
        />
        <span className="min-w-0 flex-1">
          <span className="flex items-center gap-2.5">
            <span className="min-w-0 truncate font-medium">
              {ACTION_NAMES[action]} {stateWord(selection.state)} jobs of {of}
            </span>
            <span className={`shrink-0 rounded-md px-1.5 py-0.5 text-xs font-medium ${PHASE_LOOKS[phase] ?? ''}`}>
              {phase}
            </span>
          </span>
          <span className="label mt-0.5 flex items-baseline justify-between gap-4">
            <span className="min-w-0 truncate">
              {capital(outcomeWords(operation))}
              {user && ` · by ${user}`}
            </span>
            <Ago at={asOf} />
          </span>
        </span>
      </button>
      {phase === 'running' && !isOpen && (
        <div className="pr-4 pb-3 pl-10.5">
          <BulkProgress operation={operation} />
        </div>
      )}
      {isOpen && <Opened known={operation} of={of} queues={queues} />}
    </li>
  )
}

function Opened({ known, of, queues }: Pick<BulkRowProps, 'of' | 'queues'> & { known: BulkOperation }) {
  const { data: operation = known, error } = useBulk(known.id, known)
  const session = useSession()
  const step = useBulkStep()
  const { id, action, phase, selection } = operation
  const mayCancel = queues.every((queue) => can(session, `queue.${action}`, queue))
  return (
    <div className="flex flex-col gap-4 pr-4 pb-4 pl-10.5">
      {(phase === 'running' || phase === 'counting') && (
        <div className="flex items-start gap-4">
          <div className="flex-1">
            <BulkProgress operation={operation} />
          </div>
          {mayCancel && (
            <Button disabled={step.isPending} onClick={() => step.mutate({ id, step: 'cancel' })}>
              Cancel the rest
            </Button>
          )}
        </div>
      )}
      {mayCancel && (
        <LeftButtons
          operation={operation}
          of={of}
          isBusy={step.isPending}
          onStep={(what, confirm) => step.mutate({ id, step: what, ...confirm })}
        />
      )}
      <Problem error={step.error ?? error} />
      <Reasons title="Left out" reasons={operation.notEligible} />
      <Reasons title={skippedTitle(operation)} reasons={operation.skipped} />
      <BulkResults operation={operation} />
      <Facts
        facts={[
          ['jobs as of', exactTime(operation.asOf)],
          ['started', operation.startedAt === null ? 'never' : exactTime(operation.startedAt)],
          ['ended', operation.endedAt === null ? null : exactTime(operation.endedAt)],
          ['counted', `${plural(operation.eligible, 'job')} of ${lookedWords(operation)}`],
          ['job name', selection.name],
          ['text', selection.text],
          ['error', selection.fingerprint],
          ['id', id],
        ]}
      />
    </div>
  )
}
