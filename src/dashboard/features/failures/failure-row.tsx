import { RotateCw } from 'lucide-react'
import { memo } from 'react'
import type { FailureGroup } from '../../../api/failures.js'
import { Ago } from '../../ui/ago.js'
import { Button } from '../../ui/button.js'
import { count, exactTime, plural } from '../../ui/format.js'
import { PageLink } from '../../ui/page-link.js'
import { Facts, RecordRow } from '../../ui/record-row.js'

interface FailureRowProps {
  group: FailureGroup
  /** Whether somebody may, and the queues can. */
  canRetry: boolean
  onRetry: (group: FailureGroup) => void
}

/** Failed jobs with one kind of error: how often lately, in which queues, and the way to them. */
export const FailureRow = memo(function FailureRow({ group, canRetry, onRetry }: FailureRowProps) {
  const { queues, sample, first, last, fingerprint, name } = group
  return (
    <RecordRow summary={<Summary group={group} />}>
      <ul className="flex flex-col gap-1 pt-2 text-[0.8125rem]">
        {queues.map(({ key, name, count: amount }) => (
          <li key={key} className="flex items-baseline gap-3">
            <b className="min-w-10 text-right font-semibold">{count(amount)}</b>
            <PageLink
              to={{ page: 'queue', queue: key, state: 'failed' }}
              className="min-w-0 truncate rounded-sm hover:text-accent"
            >
              {name}
            </PageLink>
          </li>
        ))}
      </ul>
      <div className="flex flex-wrap gap-1.5">
        {canRetry && (
          <Button data-shortcut="r" onClick={() => onRetry(group)}>
            <RotateCw className="size-3.5" aria-hidden="true" />
            Retry this group
          </Button>
        )}
        <PageLink
          to={{ page: 'job', queue: sample.queue, job: sample.id }}
          className="inline-flex h-8 items-center rounded-lg border border-line px-2.5 text-[0.8125rem] font-medium hover:border-line-strong hover:bg-raised"
        >
          Open the newest
        </PageLink>
      </div>
      <Facts
        facts={[
          ['first', first === null ? null : exactTime(first)],
          ['last', last === null ? null : exactTime(last)],
          ['job', name],
          ['fingerprint', fingerprint],
        ]}
      />
    </RecordRow>
  )
})

function Summary({ group }: { group: FailureGroup }) {
  const { name, error, queues, hour, day, week, last } = group
  return (
    <div className="flex items-start gap-6">
      <div className="min-w-0 flex-1">
        <p className="line-clamp-2 font-medium break-words text-bad">{error || 'no message'}</p>
        <p className="label mt-0.5 truncate">
          <span className="font-mono">{name || 'unnamed'}</span> in{' '}
          {queues.length === 1 ? queues[0]?.name : plural(queues.length, 'queue')}
          {last !== null && <Ago at={last} before=" · last " />}
        </p>
      </div>
      <dl className="flex shrink-0 gap-4 text-right sm:gap-6">
        <Count of="1 h" value={hour} />
        <Count of="24 h" value={day} />
        <Count of="7 d" value={week} />
      </dl>
    </div>
  )
}

function Count({ of, value }: { of: string; value: number }) {
  return (
    <div>
      <dt className="label whitespace-nowrap">{of}</dt>
      <dd className={`font-semibold ${value === 0 ? 'text-soft' : ''}`}>{count(value)}</dd>
    </div>
  )
}
