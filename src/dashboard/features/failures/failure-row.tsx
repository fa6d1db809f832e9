import { RotateCw } from 'lucide-react'
import { memo } from 'react'
import type { FailureGroup } from '../../../api/failures.js'
import { ActionButton } from '../../ui/action-button.js'
import { Ago } from '../../ui/ago.js'
import { CopyLink } from '../../ui/copy-link.js'
import { Facts } from '../../ui/facts.js'
import { count, exactTime, plural } from '../../ui/format.js'
import { LINK_BUTTON } from '../../ui/link-style.js'
import { PageLink } from '../../ui/page-link.js'
import { RecordRow } from '../../ui/record-row.js'
import { SameExceptions } from './same-exceptions.js'
import { SampleStack } from './sample-stack.js'

interface FailureRowProps {
  group: FailureGroup
  /** Whether somebody may, and the queues can. */
  canRetry: boolean
  onRetry: (group: FailureGroup) => void
  /** Whether it is open at first. */
  isOpen: boolean
}

/** Failed jobs with one kind of error: how often lately, in which queues, and the way to them. */
export const FailureRow = memo(function FailureRow({ isOpen, ...rest }: FailureRowProps) {
  return (
    <RecordRow summary={<Summary group={rest.group} />} isOpen={isOpen}>
      {() => <Details {...rest} />}
    </RecordRow>
  )
})

function Details({ group, canRetry, onRetry }: Omit<FailureRowProps, 'isOpen'>) {
  const { queues, sample, error, title, first, last, fingerprint, name } = group
  return (
    <>
      {error !== title && <p className="text-[0.8125rem] break-words whitespace-pre-wrap">{error}</p>}
      <SampleStack sample={sample} />
      <ul className="flex flex-col gap-1 text-[0.8125rem]">
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
          <ActionButton data-shortcut="r" onClick={() => onRetry(group)}>
            <RotateCw className="size-3.5" aria-hidden="true" />
            Retry this group
          </ActionButton>
        )}
        <PageLink to={{ page: 'job', queue: sample.queue, job: sample.id }} className={LINK_BUTTON}>
          Open the newest
        </PageLink>
        <SameExceptions fingerprint={fingerprint} />
        <CopyLink to={{ page: 'failures', fingerprint }} />
      </div>
      <Facts
        facts={[
          ['first', first === null ? null : exactTime(first)],
          ['last', last === null ? null : exactTime(last)],
          ['job', name],
          ['fingerprint', fingerprint],
        ]}
      />
    </>
  )
}

function Summary({ group }: { group: FailureGroup }) {
  const { name, title, queues, hour, day, week, last } = group
  return (
    <div className="flex items-start gap-6">
      <div className="min-w-0 flex-1">
        <p className="line-clamp-3 font-medium break-words text-bad group-open:line-clamp-none">
          {title || 'no message'}
        </p>
        <p className="label mt-0.5 break-words">
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
