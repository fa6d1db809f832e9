import { useQueryClient } from '@tanstack/react-query'
import { type ComponentType, lazy, Suspense, useDeferredValue, useEffect, useRef } from 'react'
import type { Overview } from '../../api/overview.js'
import { useLive } from '../api/hooks.js'
import { KnownContext, useKnown } from '../api/known.js'
import type { Connection } from '../api/live-store.js'
import { useWhole } from '../api/parts.js'
import { SESSION_QUERY, useHasArchive } from '../api/session.js'
import { PulsePage } from '../features/pulse/pulse-page.js'
import { countStates } from '../features/services/fleet.js'
import { ServicesPage } from '../features/services/services-page.js'
import type { PageName, Route } from '../routing/pages.js'
import { isLong, useRoute } from '../routing/route.js'
import { duration, exactTime } from '../ui/format.js'
import { Loading } from '../ui/loading.js'
import { PageBar } from '../ui/page-bar.js'
import { focusTitle } from '../ui/page-focus.js'
import { Banners } from './banner.js'
import { PAGE_LIST, sectionOf } from './navigation.js'
import { closeOverlay, useOverlay } from './overlay.js'
import { PageHeader } from './page-header.js'
import { Palette } from './palette.js'
import { PartBoundary } from './part-boundary.js'
import { PartsNote } from './parts-note.js'
import { UnknownPage } from './unknown-page.js'
import { useKeys } from './use-keys.js'

// What few look at first is loaded when it is looked at.
const ServicePage = lazy(async () => ({ default: (await import('../features/services/service-page.js')).ServicePage }))
const ProcessPage = lazy(async () => ({ default: (await import('../features/services/process-page.js')).ProcessPage }))
const SlowPage = lazy(async () => ({ default: (await import('../features/slow/slow-page.js')).SlowPage }))
const ExceptionsPage = lazy(async () => ({
  default: (await import('../features/exceptions/exceptions-page.js')).ExceptionsPage,
}))
const QueuesPage = lazy(async () => ({ default: (await import('../features/queues/queues-page.js')).QueuesPage }))
const QueuePage = lazy(async () => ({ default: (await import('../features/queue/queue-page.js')).QueuePage }))
const JobPage = lazy(async () => ({ default: (await import('../features/jobs/job-page.js')).JobPage }))
const RoutesPage = lazy(async () => ({ default: (await import('../features/routes/routes-page.js')).RoutesPage }))
const RoutePage = lazy(async () => ({ default: (await import('../features/routes/route-page.js')).RoutePage }))
const FailuresPage = lazy(async () => ({
  default: (await import('../features/failures/failures-page.js')).FailuresPage,
}))
const SchedulersPage = lazy(async () => ({
  default: (await import('../features/schedulers/schedulers-page.js')).SchedulersPage,
}))
const ArchivedJobsPage = lazy(async () => ({
  default: (await import('../features/archive-jobs/archived-jobs-page.js')).ArchivedJobsPage,
}))
const ArchivedJobPage = lazy(async () => ({
  default: (await import('../features/archive-jobs/archived-job-page.js')).ArchivedJobPage,
}))
const TimeTravelPage = lazy(async () => ({
  default: (await import('../features/time-travel/time-travel-page.js')).TimeTravelPage,
}))
const AlertsPage = lazy(async () => ({ default: (await import('../features/alerts/alerts-page.js')).AlertsPage }))
const ActivityPage = lazy(async () => ({
  default: (await import('../features/activity/activity-page.js')).ActivityPage,
}))

const HelpDialog = lazy(async () => ({ default: (await import('./help-dialog.js')).HelpDialog }))
const PeoplePage = lazy(async () => ({ default: (await import('../features/people/people-page.js')).PeoplePage }))
const AccountPage = lazy(async () => ({ default: (await import('../features/account/account-page.js')).AccountPage }))

/** What all pages share, around the one that the URL names. */
export function App() {
  const { overview: live, problem, connection } = useLive()
  const route = useRoute()
  const { overview, more, isLooking } = useWhole(live, useDeferredValue(textOf(route)))
  const known = useKnown(overview, isLooking)
  const overlay = useOverlay()
  useKeys()
  useFreshSession(connection)
  useTitle(overview, route)
  usePageFocus(route)
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
      {overlay === 'palette' && <Palette overview={overview} onClose={closeOverlay} />}
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
  // A long period can be asked for only where there is an archive.
  if (!overview || (hasArchive === null && isLong(route.period)))
    return (
      <>
        <PageBar title={titleOf(route)} />
        <Skeleton />
      </>
    )
  const Page = PAGES[route.page]
  return (
    <PartBoundary key={sectionOf(route.page)}>
      <Suspense
        fallback={
          <>
            <PageBar title={titleOf(route)} hasFilter={false} />
            <Loading what={titleOf(route)} />
          </>
        }
      >
        <Page overview={overview} />
      </Suspense>
    </PartBoundary>
  )
}

/** All that the filter asks for: Zenith looks for it in the whole fleet. */
function textOf({ q, service, env, version }: Route): string {
  return [q, service, env, version].join(' ').trim()
}

const PAGES: Readonly<Record<PageName, ComponentType<{ overview: Overview }>>> = {
  pulse: PulsePage,
  services: ServicesPage,
  service: ServicePage,
  process: ProcessPage,
  routes: RoutesPage,
  route: RoutePage,
  queues: QueuesPage,
  queue: QueuePage,
  job: JobPage,
  jobs: ArchivedJobsPage,
  'archived-job': ArchivedJobPage,
  failures: FailuresPage,
  schedulers: SchedulersPage,
  slow: SlowPage,
  exceptions: ExceptionsPage,
  alerts: AlertsPage,
  activity: ActivityPage,
  'time-travel': TimeTravelPage,
  people: PeoplePage,
  account: AccountPage,
  unknown: UnknownPage,
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

/** Zenith ends the stream of a user whose rights change: with the next stream the page asks for them again. */
function useFreshSession(connection: Connection): void {
  const client = useQueryClient()
  const wasOpen = useRef(false)
  useEffect(() => {
    if (connection !== 'open') return
    if (wasOpen.current) void client.invalidateQueries(SESSION_QUERY)
    wasOpen.current = true
  }, [connection, client])
}

/** A lost server can be seen on the tab. */
function useTitle(overview: Overview | null, route: Route): void {
  const lost = overview ? countStates(overview.nodes).lost : 0
  const queue = 'queue' in route && overview?.queues.find(({ key }) => key === route.queue)?.name
  const title = route.page === 'pulse' ? 'Zenith' : `${[titleOf(route), queue].filter(Boolean).join(' · ')} · Zenith`
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
