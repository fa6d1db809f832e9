import { useDeferredValue, useEffect, useMemo } from 'react'
import type { Overview } from '../../protocol/overview.js'
import { Banners } from '../components/banner.js'
import { EmptyState } from '../components/empty-state.js'
import { ExceptionList } from '../components/exception-list.js'
import { Servers, Services } from '../components/fleet.js'
import { GetStarted } from '../components/get-started.js'
import { PageFooter } from '../components/page-footer.js'
import { PageHeader } from '../components/page-header.js'
import { RoutesDialog } from '../components/routes-dialog.js'
import { Skeleton } from '../components/skeleton.js'
import { SlowRequestWidget } from '../components/slow-request-widget.js'
import { useLive } from '../live/hooks.js'
import { filterOverview } from '../view/filter.js'
import { countStates } from '../view/groups.js'
import { choose, useChoice } from '../view/url-state.js'

/** The fleet in one look: health, servers, what is slow, what fails. */
export function PulsePage() {
  const { overview, problem } = useLive()
  useTitle(overview)
  return (
    <div className="flex min-h-dvh flex-col">
      <a href="#main" className="sr-only focus:not-sr-only focus:absolute focus:z-40 focus:bg-panel focus:p-3">
        Go to the content
      </a>
      <PageHeader overview={overview} />
      <main id="main" className="mx-auto flex w-full max-w-[1760px] flex-1 flex-col gap-8 px-4 py-6 sm:px-6">
        <h1 className="sr-only">Pulse</h1>
        <Banners overview={overview} problem={problem} />
        {overview ? <Content overview={overview} /> : <Skeleton />}
      </main>
      {overview && <PageFooter overview={overview} />}
    </div>
  )
}

function Content({ overview }: { overview: Overview }) {
  const { q, env } = useChoice()
  const text = useDeferredValue(q)
  const shown = useMemo(() => filterOverview(overview, text, env), [overview, text, env])
  if (overview.nodes.length + overview.services.length === 0) return <GetStarted store={overview.store} />
  const isEmpty = shown.nodes.length + shown.services.length + shown.slow.length + shown.exceptions.length === 0
  if (isEmpty) return <NothingMatches />
  return (
    <>
      {shown.services.length > 0 && <Services services={shown.services} />}
      {shown.nodes.length > 0 && <Servers nodes={shown.nodes} />}
      <div className="grid grid-cols-1 gap-x-4 gap-y-8 lg:grid-cols-2">
        <SlowRequestWidget slow={shown.slow} />
        <ExceptionList exceptions={shown.exceptions} />
      </div>
      <OpenRoutes overview={overview} />
    </>
  )
}

function OpenRoutes({ overview }: { overview: Overview }) {
  const { service: name } = useChoice()
  const service = overview.services.find(({ service }) => service === name)
  return service ? <RoutesDialog key={name} service={service} onClose={() => choose({ service: '' })} /> : null
}

function NothingMatches() {
  return (
    <div className="panel px-4 py-12">
      <EmptyState title="Nothing matches the filter">
        <button
          type="button"
          className="mt-2 rounded-lg border border-line px-3 py-1.5 font-medium text-accent hover:border-line-strong"
          onClick={() => choose({ q: '', env: '' })}
        >
          Show everything
        </button>
      </EmptyState>
    </div>
  )
}

/** A lost server can be seen on the tab. */
function useTitle(overview: Overview | null): void {
  const lost = overview ? countStates(overview.nodes).lost : 0
  useEffect(() => {
    document.title = lost > 0 ? `(${lost} lost) Zenith` : 'Zenith'
  }, [lost])
}
