import { OctagonAlert } from 'lucide-react'
import { memo, useMemo } from 'react'
import type { QueueView } from '../../../api/queues.js'
import type { ServiceView } from '../../../api/services.js'
import { exact } from '../../ui/format.js'
import { PageLink } from '../../ui/page-link.js'
import { type Trouble, troublesOf } from './troubles.js'

/** So many are named; the sections below have them all. */
const NAMED = 3

interface TroubleLineProps {
  services: readonly ServiceView[]
  queues: readonly QueueView[]
}

/** What is wrong now, each with a link to it; nothing when all is well. That the store does not answer stands in a banner. */
export const TroubleLine = memo(function TroubleLine({ services, queues }: TroubleLineProps) {
  const troubles = useMemo(() => troublesOf(services, queues), [services, queues])
  if (troubles.length === 0) return null
  const tone = troubles.some(({ isBad }) => isBad)
    ? { box: 'border-bad/40 bg-bad-wash', icon: 'text-bad' }
    : { box: 'border-warn/40 bg-warn-wash', icon: 'text-warn' }
  return (
    <section
      aria-label="What is wrong now"
      className={`flex items-start gap-2.5 rounded-xl border px-4 py-3 ${tone.box}`}
    >
      <OctagonAlert className={`mt-0.5 size-4 shrink-0 ${tone.icon}`} aria-hidden="true" />
      <ul className="flex min-w-0 flex-wrap gap-x-5 gap-y-1">
        {troubles.slice(0, NAMED).map((trouble) => (
          <li key={trouble.key} className="min-w-0 break-words">
            <PageLink to={trouble.to} className="rounded-sm hover:underline">
              {!trouble.isService && 'queue '}
              <b className="font-semibold">{trouble.name}</b>
              {trouble.text}
            </PageLink>
          </li>
        ))}
        <Rest troubles={troubles.slice(NAMED)} />
      </ul>
    </section>
  )
})

function Rest({ troubles }: { troubles: readonly Trouble[] }) {
  if (troubles.length === 0) return null
  return (
    <li>
      <PageLink
        to={troubles.some(({ isService }) => isService) ? { page: 'services', service: '' } : { page: 'queues' }}
        className="rounded-sm hover:underline"
      >
        and {exact(troubles.length)} more
      </PageLink>
    </li>
  )
}
