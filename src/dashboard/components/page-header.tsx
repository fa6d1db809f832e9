import { useMemo } from 'react'
import type { Overview } from '../../protocol/overview.js'
import { environmentsOf } from '../view/filter.js'
import { countStates } from '../view/groups.js'
import { FilterBar } from './filter-bar.js'
import { LiveMark } from './live-mark.js'
import { ThemeToggle } from './theme-toggle.js'
import { Wordmark } from './wordmark.js'

export function PageHeader({ overview }: { overview: Overview | null }) {
  const environments = useMemo(() => (overview ? environmentsOf(overview) : []), [overview])
  return (
    <header className="sticky top-0 z-20 border-b border-line bg-page">
      <div className="mx-auto flex max-w-[1760px] flex-wrap items-center gap-x-4 gap-y-2.5 px-4 py-3 sm:px-6">
        <Wordmark />
        <LiveMark />
        {overview && <Counts nodes={overview.nodes} />}
        <div className="order-last flex w-full items-center gap-2 md:order-none md:ml-auto md:w-[26rem]">
          <FilterBar environments={environments} />
        </div>
        <div className="ml-auto md:ml-0">
          <ThemeToggle />
        </div>
      </div>
    </header>
  )
}

function Counts({ nodes }: Pick<Overview, 'nodes'>) {
  const { live, lost } = useMemo(() => countStates(nodes), [nodes])
  return (
    <p className="label whitespace-nowrap">
      <b className="font-semibold text-text">{live}</b> live
      {lost > 0 && (
        <>
          {' · '}
          <b className="font-semibold text-bad">{lost} lost</b>
        </>
      )}
    </p>
  )
}
