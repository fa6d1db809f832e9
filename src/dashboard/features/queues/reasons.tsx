import { TriangleAlert } from 'lucide-react'
import type { QueueAttention } from '../../../api/queues.js'
import { BAD_QUEUE_TROUBLES } from '../../../api/words.js'
import { capital } from '../../ui/format.js'

export function isBad(attention: readonly QueueAttention[]): boolean {
  return attention.some(({ kind }) => BAD_QUEUE_TROUBLES.has(kind))
}

/** Why a queue needs attention, in one line; on a phone in as many as it takes. */
export function ReasonLine({ attention }: { attention: readonly QueueAttention[] }) {
  const words = capital(attention.map(({ text }) => text).join(' · '))
  return (
    <span
      className={`flex min-w-0 items-start gap-1.5 text-xs sm:items-center ${isBad(attention) ? 'text-bad' : 'text-warn'}`}
    >
      <TriangleAlert className="size-3.5 shrink-0" aria-hidden="true" />
      <span className="min-w-0 break-words whitespace-normal sm:truncate" title={words}>
        {words}
      </span>
    </span>
  )
}
