import type { FoundJob } from '../../../api/search.js'
import { placeName } from '../../../api/words.js'
import { Ago } from '../../ui/ago.js'
import { PageLink } from '../../ui/page-link.js'

/** A job that a search over all queues found. @param canOpen whether its system shows single jobs */
export function FoundJobRow({ found, canOpen }: { found: FoundJob; canOpen: boolean }) {
  const { queue, queueName, job } = found
  const { id, name, state, error, finishedAt, startedAt, addedAt } = job
  const at = finishedAt ?? startedAt ?? addedAt
  return (
    <li className="flex items-start justify-between gap-4 border-b border-line px-4 py-2.5 last:border-b-0 hover:bg-raised">
      <div className="min-w-0">
        <p className="break-words">
          {canOpen ? (
            <PageLink to={{ page: 'job', queue, job: id, state }} data-row="" className="row-link font-medium">
              {name || 'unnamed'}
            </PageLink>
          ) : (
            <span className="font-medium">{name || 'unnamed'}</span>
          )}{' '}
          <span className="label font-mono break-all">{id}</span>
        </p>
        {error && <p className="line-clamp-2 text-xs break-words text-bad">{error}</p>}
        <p className="label break-words">
          in{' '}
          <PageLink to={{ page: 'queue', queue, state }} className="hover:text-accent hover:underline">
            {queueName}
          </PageLink>
        </p>
      </div>
      <div className="label shrink-0 text-right whitespace-nowrap">
        <p className={state === 'failed' ? 'text-bad' : ''}>{placeName(state)}</p>
        {at !== null && <Ago at={at} />}
      </div>
    </li>
  )
}
