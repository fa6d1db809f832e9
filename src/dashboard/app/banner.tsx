import { TriangleAlert } from 'lucide-react'
import { lazy, type ReactNode, Suspense } from 'react'
import type { Overview } from '../../api/overview.js'
import { useFreshFreeze } from '../api/freeze-api.js'
import { plural } from '../ui/format.js'
import { untrustedWords } from '../ui/trust-mark.js'

const FreezeNote = lazy(async () => ({ default: (await import('../features/freeze/freeze-note.js')).FreezeNote }))

/** What is wrong with the data itself, in words, above the data. */
export function Banners({ overview, problem }: { overview: Overview | null; problem: string | null }) {
  return (
    <div className="flex flex-col gap-3 empty:hidden">
      <FreezeBanner />
      {problem && <Banner>{problem} The page keeps trying.</Banner>}
      {overview && !overview.store.ok && (
        <Banner>
          {overview.store.kind === 'redis' ? 'Redis' : 'The store'} does not answer
          {overview.store.error ? `: ${overview.store.error}` : ''}. The page shows the last data that Zenith read.
        </Banner>
      )}
      {overview?.store.ok && overview.store.error && (
        <Banner>Zenith could not read everything: {overview.store.error}. The page shows the rest.</Banner>
      )}
      {overview && overview.unreadable > 0 && !(overview.store.ok && overview.store.error) && (
        <Banner>
          Zenith skipped {plural(overview.unreadable, 'unreadable record')}: something else writes to its keys, or a
          reporter does not follow the protocol.
        </Banner>
      )}
      {overview && <Untrusted untrusted={overview.untrusted} />}
    </div>
  )
}

/** Nothing without a freeze: then what shows one is not loaded either. */
function FreezeBanner() {
  const state = useFreshFreeze()
  if (!state?.freeze && !state?.untrusted) return null
  return (
    <Suspense>
      <FreezeNote state={state} />
    </Suspense>
  )
}

function Untrusted({ untrusted }: Pick<Overview, 'untrusted'>) {
  const words = untrustedWords(untrusted)
  if (!untrusted || !words) return null
  return (
    <Banner>
      Records not signed with Zenith’s token: {words}.{' '}
      {untrusted.leftOut ? 'Zenith leaves them out.' : 'Zenith shows them, but anyone could have written them.'}
    </Banner>
  )
}

function Banner({ children }: { children: ReactNode }) {
  return (
    <p role="alert" className="flex items-start gap-2.5 rounded-xl border border-warn/40 bg-warn-wash px-4 py-3">
      <TriangleAlert className="mt-0.5 size-4 shrink-0 text-warn" aria-hidden="true" />
      <span className="min-w-0 break-words">{children}</span>
    </p>
  )
}
