import { type ReactNode, Suspense, useDeferredValue, useEffect, useRef } from 'react'
import type { Overview } from '../../api/overview.js'
import { useLive } from '../api/hooks.js'
import { KnownContext, useKnown } from '../api/known.js'
import { useWhole } from '../api/parts.js'
import { useCluster, useIsOfAll, usePlace } from '../api/place.js'
import { useHasArchive } from '../api/session.js'
import { countStates } from '../features/services/fleet.js'
import type { Route } from '../routing/pages.js'
import { isLong, useRoute } from '../routing/route.js'
import { ALL_CLUSTERS, sectionOf } from '../routing/sections.js'
import { duration, exactTime } from '../ui/format.js'
import { Loading } from '../ui/loading.js'
import { PageBar } from '../ui/page-bar.js'
import { focusTitle } from '../ui/page-focus.js'
import { Banners } from './banner.js'
import { EarlyText } from './early-text.js'
import { PAGE_LIST } from './navigation.js'
import { closeOverlay, useOverlay } from './overlay.js'
import { PageHeader } from './page-header.js'
import { ClustersPage, HelpDialog, loadPalette, PAGES, PAGES_OF_NONE, Palette, UnknownCluster } from './page-parts.js'
import { PartBoundary } from './part-boundary.js'
import { PartsNote } from './parts-note.js'
import { useKeys } from './use-keys.js'
import { useClusterOfSession, useFreshSession } from './use-session-news.js'

/** What all pages share, around the one that the URL names. */
export function App() {
  const { overview: live, problem, connection } = useLive()
  const route = useRoute()
  const { overview, more, isLooking } = useWhole(live, useDeferredValue(textOf(route)))
  const known = useKnown(overview, isLooking)
  const overlay = useOverlay()
  useKeys()
  useFreshSession(connection)
  useClusterOfSession()
  useTitle(overview, route)
  usePageFocus(route)
  useEffect(() => {
    if (connection === 'open') void loadPalette().catch(() => {})
  }, [connection])
  return (
    <div className="flex min-h-dvh flex-col">
      <a href="#main" className="sr-only focus:not-sr-only focus:absolute focus:z-40 focus:bg-panel focus:p-3">
        Skip to content
      </a>
      <PageHeader overview={overview} />
      <main id="main" className="mx-auto flex w-full max-w-[1760px] flex-1 flex-col gap-8 px-4 py-6 sm:px-6">
        <Banners overview={overview} problem={problem} />
        {overview && <PartsNote overview={overview} more={more} />}
        <KnownContext value={known}>
          <CurrentPage route={route} overview={overview} />
        </KnownContext>
      </main>
      {overview && <PageFooter overview={overview} />}
      {overlay === 'palette' && (
        <Suspense fallback={<EarlyText />}>
          <Palette overview={overview} onClose={closeOverlay} />
        </Suspense>
      )}
      {overlay === 'help' && (
        <Suspense>
          <HelpDialog onClose={closeOverlay} />
        </Suspense>
      )}
    </div>
  )
}

function CurrentPage({ route, overview }: { route: Route; overview: Overview | null }) {
  const hasArchive = useHasArchive()
  const isOfAll = useIsOfAll()
  const { refused } = usePlace()
  const Page = PAGES[route.page]
  const PageOfNone = PAGES_OF_NONE[route.page] ?? ClustersPage
  if (refused !== null && PageOfNone === ClustersPage)
    return <LatePart title="Cluster not found" part={<UnknownCluster asked={refused} />} />
  if (isOfAll) return <LatePart key={sectionOf(route.page)} title={titleOf(route)} part={<PageOfNone />} />
  // A long period can be asked for only where there is an archive.
  if (!overview || (hasArchive === null && isLong(route.period)))
    return (
      <>
        <PageBar title={titleOf(route)} />
        <Skeleton />
      </>
    )
  return <LatePart key={sectionOf(route.page)} title={titleOf(route)} part={<Page overview={overview} />} />
}

/** What may be loaded only now. */
function LatePart({ title, part }: { title: string; part: ReactNode }) {
  return (
    <PartBoundary>
      <Suspense
        fallback={
          <>
            <PageBar title={title} hasFilter={false} />
            <Loading what={title} />
          </>
        }
      >
        {part}
      </Suspense>
    </PartBoundary>
  )
}

/** All that the filter asks for: Zenith looks for it in the whole fleet. */
function textOf({ q, service, env, version }: Route): string {
  return [q, service, env, version].join(' ').trim()
}

function titleOf(route: Route): string {
  if (route.page === 'service') return route.service
  if (route.page === 'route') return route.series
  if (route.page === 'process') return 'Process'
  if (route.page === 'job' || route.page === 'archived-job') return `Job ${route.job}`
  if (route.page === 'queue') return 'Queue'
  if (route.page === 'account') return 'Account'
  if (route.page === 'unknown') return 'Page not found'
  return PAGE_LIST.find(({ page }) => page === route.page)?.title ?? ''
}

/** A lost server can be seen on the tab, and so can the cluster. */
function useTitle(overview: Overview | null, route: Route): void {
  const one = useCluster()
  const isOfAll = useIsOfAll()
  const cluster = one?.name ?? (isOfAll && ALL_CLUSTERS)
  const { refused } = usePlace()
  const lost = overview ? countStates(overview.nodes).lost : 0
  const queue = 'queue' in route && overview?.queues.find(({ key }) => key === route.queue)?.name
  const page = refused === null && (route.page === 'pulse' ? [] : [titleOf(route), queue])
  const title = [...(page || ['Cluster not found']), cluster, 'Zenith'].filter(Boolean).join(' · ')
  useEffect(() => {
    document.title = lost > 0 ? `(${lost} lost) ${title}` : title
  }, [lost, title])
}

/** On another page the focus is at its title, as if it had been loaded. */
function usePageFocus(route: Route): void {
  const where = subjectOf(route)
  const before = useRef(where)
  useEffect(() => {
    if (before.current === where) return
    before.current = where
    window.scrollTo(0, 0)
    focusTitle()
  }, [where])
}

/** A page, and the one thing that it is about. */
function subjectOf(route: Route): string {
  if (route.page === 'service') return `service ${route.service}`
  if (route.page === 'process') return `process ${route.service} ${route.node}`
  if (route.page === 'route') return `route ${route.service} ${route.series}`
  if (route.page === 'job' || route.page === 'archived-job') return `${route.page} ${route.queue} ${route.job}`
  return 'queue' in route ? `queue ${route.queue}` : route.page
}

/** Where the figures come from. */
function PageFooter({ overview: { store, at } }: { overview: Overview }) {
  return (
    <footer className="label mx-auto mt-auto flex w-full max-w-[1760px] flex-wrap gap-x-4 gap-y-1 px-4 pb-8 sm:px-6">
      <span>
        {store.kind === 'redis' ? 'Redis' : 'The in-process store'}{' '}
        {store.latencyMs === null ? 'does not answer' : `answered in ${duration(store.latencyMs)}`}
      </span>
      <time dateTime={new Date(at).toISOString()}>{exactTime(at)}</time>
    </footer>
  )
}

/** The shape of what is to come. */
function Skeleton() {
  return (
    <div aria-busy="true" className="flex flex-col gap-8">
      <p className="sr-only">Loading the fleet</p>
      <div className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,23rem),1fr))] gap-4">
        {['a', 'b', 'c'].map((key) => (
          <div key={key} className="panel h-64 motion-safe:animate-pulse" />
        ))}
      </div>
      <div className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,23rem),1fr))] gap-4">
        {['a', 'b', 'c'].map((key) => (
          <div key={key} className="panel h-80 motion-safe:animate-pulse" />
        ))}
      </div>
    </div>
  )
}
