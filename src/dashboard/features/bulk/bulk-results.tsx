import { useState } from 'react'
import type { BulkOperation } from '../../../api/bulk.js'
import { useBulkResults } from '../../api/activity-api.js'
import { count } from '../../ui/format.js'
import { MoreButton } from '../../ui/more-button.js'
import { PageLink } from '../../ui/page-link.js'
import { Problem } from '../../ui/problem.js'
import { skippedOf } from './bulk-progress.js'

const STEP = 100

/** What became of each job: those first that nothing was done with, because somebody has to look at them. */
export function BulkResults({ operation }: { operation: BulkOperation }) {
  const skipped = skippedOf(operation)
  const [chosen, setChosen] = useState<boolean | null>(null)
  const [limit, setLimit] = useState(STEP)
  const ok = chosen ?? skipped === 0
  const { data, error } = useBulkResults(operation, ok, limit)
  if (operation.succeeded + skipped === 0) return null
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <fieldset className="flex gap-1">
        <legend className="sr-only">Results</legend>
        {([false, true] as const).map((is) => (
          <button
            key={String(is)}
            type="button"
            aria-pressed={ok === is}
            className="rounded-md px-2 py-0.5 text-xs text-soft hover:text-text aria-pressed:bg-track aria-pressed:font-medium aria-pressed:text-text"
            onClick={() => setChosen(is)}
          >
            {is ? `Done ${count(operation.succeeded)}` : `Not done ${count(skipped)}`}
          </button>
        ))}
      </fieldset>
      <Problem error={error} />
      {data && data.items.length > 0 && (
        <ul
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          tabIndex={0}
          aria-label="Results of each job"
          className="max-h-64 overflow-y-auto rounded-lg border border-line text-xs"
        >
          {data.items.map(({ queue, id, reason }) => (
            <li key={`${queue}\n${id}`} className="flex gap-4 border-b border-line px-3 py-1.5 last:border-b-0">
              <PageLink
                to={{ page: 'job', queue, job: id }}
                className="max-w-[60%] min-w-0 shrink-0 truncate font-mono hover:text-accent"
                title={id}
              >
                {id}
              </PageLink>
              <span className="min-w-0 flex-1 truncate text-soft" title={reason ?? undefined}>
                {reason ?? 'done'}
              </span>
            </li>
          ))}
        </ul>
      )}
      <MoreButton
        rest={(data?.total ?? 0) - limit}
        step={STEP}
        what="job"
        many="jobs"
        onMore={() => setLimit(limit + STEP)}
      />
    </div>
  )
}
