import { TriangleAlert } from 'lucide-react'
import type { QueueView } from '../../../api/queues.js'
import { plural } from '../../ui/format.js'

interface UnreadQueuesProps {
  failed: readonly { readonly key: string; readonly error: string }[]
  /** To name them. */
  queues: readonly QueueView[]
}

/** Queues that could not be asked, and why: what is shown is without them. */
export function UnreadQueues({ failed, queues }: UnreadQueuesProps) {
  if (failed.length === 0) return null
  return (
    <details className="rounded-xl bg-warn-wash px-4 py-2.5 text-[0.8125rem]">
      <summary className="flex items-center gap-2 rounded-sm font-medium">
        <TriangleAlert className="size-4 shrink-0 text-warn" aria-hidden="true" />
        Zenith could not read {plural(failed.length, 'queue')}
      </summary>
      <ul className="mt-2 text-xs">
        {failed.map(({ key, error }) => (
          <li key={key} className="break-words">
            {queues.find((queue) => queue.key === key)?.name ?? key}: {error}
          </li>
        ))}
      </ul>
    </details>
  )
}
