import type { BulkOperation, BulkReason } from '../../../api/bulk.js'
import { count, plural } from '../../ui/format.js'
import { doneWords } from '../queues/job-actions.js'

export function skippedOf({ skipped }: Pick<BulkOperation, 'skipped'>): number {
  return skipped.reduce((sum, reason) => sum + reason.count, 0)
}

/** How far an operation has come: a bar and words. */
export function BulkProgress({ operation }: { operation: BulkOperation }) {
  const { phase, succeeded, eligible, looked } = operation
  const dealtWith = succeeded + skippedOf(operation)
  const isCounting = phase === 'counting'
  const share = eligible > 0 && !isCounting ? dealtWith / eligible : 0
  return (
    <div>
      <div
        role="progressbar"
        aria-label={isCounting ? 'Counting the jobs' : 'Progress'}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={isCounting ? undefined : Math.round(share * 100)}
        className="h-2 overflow-hidden rounded-full bg-track"
      >
        <div
          className={`draw h-full rounded-full bg-accent ${isCounting ? 'w-1/3 motion-safe:animate-pulse' : ''}`}
          style={isCounting ? undefined : { width: `${Math.min(100, share * 100)}%` }}
        />
      </div>
      <p className="label mt-1.5">
        {isCounting
          ? `Counting: ${plural(looked, 'job')} looked at, ${count(eligible)} so far`
          : `${count(dealtWith)} of ${plural(eligible, 'job')}`}
      </p>
    </div>
  )
}

/** What became of an operation, in words. */
export function outcomeWords(operation: BulkOperation): string {
  const { action, phase, succeeded, eligible, error, isPartial } = operation
  const done = `${doneWords(action, succeeded, eligible)}${unknownWords(operation)}`
  if (phase === 'counting') return 'being counted'
  if (phase === 'ready') return `${plural(eligible, 'job')} counted, nothing done`
  if (phase === 'running') return `running: ${done}`
  if (phase === 'done') return isPartial ? `${done}; more jobs matched than one operation can take` : done
  if (phase === 'cancelled') return eligible > 0 && succeeded > 0 ? `cancelled: ${done}` : 'cancelled, nothing done'
  if (phase === 'interrupted') return `interrupted: ${done}`
  return `failed: ${error ?? 'reason unknown'} (${done})`
}

function unknownWords({ unknown }: BulkOperation): string {
  return unknown > 0 ? `, result unknown for ${count(unknown)}` : ''
}

/** How much of the queues a dry run saw. */
export function lookedWords({ looked, total }: BulkOperation): string {
  const rest = total === null || total === looked ? '' : `, of ${count(total)} in this state`
  return `${plural(looked, 'job')} checked${rest}`
}

/** Of the list of those that are not surely done. */
export function skippedTitle({ unknown }: BulkOperation): string {
  return unknown > 0 ? 'Not done, or result unknown' : 'Not done'
}

/** Jobs with one fate each, and how many. */
export function Reasons({ title, reasons }: { title: string; reasons: readonly BulkReason[] }) {
  if (reasons.length === 0) return null
  return (
    <div>
      <p className="label">{title}</p>
      <ul className="mt-1 flex flex-col gap-0.5 text-[0.8125rem]">
        {reasons.map(({ reason, count: amount }) => (
          <li key={reason} className="flex gap-3">
            <b className="min-w-10 text-right font-semibold">{count(amount)}</b>
            <span className="min-w-0 break-words">{reason}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}
