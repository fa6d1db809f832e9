import { TriangleAlert } from 'lucide-react'
import type { QueueAttention } from '../../../api/queues.js'
import { capital } from '../../ui/format.js'

const BAD: ReadonlySet<string> = new Set(['error', 'unpolled'])

export function isBad(attention: readonly QueueAttention[]): boolean {
  return attention.some(({ kind }) => BAD.has(kind))
}

/** Why a queue needs attention, in one line. */
export function ReasonLine({ attention }: { attention: readonly QueueAttention[] }) {
  const words = capital(attention.map(({ text }) => text).join(' · '))
  return (
    <span className={`flex min-w-0 items-center gap-1.5 text-xs ${isBad(attention) ? 'text-bad' : 'text-warn'}`}>
      <TriangleAlert className="size-3.5 shrink-0" aria-hidden="true" />
      <span className="min-w-0 truncate" title={words}>
        {words}
      </span>
    </span>
  )
}
