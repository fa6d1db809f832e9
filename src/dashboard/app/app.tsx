import { type ComponentType, lazy, Suspense, useDeferredValue, useEffect, useRef } from 'react'
import type { Overview } from '../../api/overview.js'
import { useLive } from '../api/hooks.js'
import { useWhole, WholeContext } from '../api/parts.js'
import { ExceptionsPage } from '../features/exceptions/exceptions-page.js'
import { PulsePage } from '../features/pulse/pulse-page.js'
import { ServicePage } from '../features/services/service-page.js'
import { ServicesPage } from '../features/services/services-page.js'
import { SlowPage } from '../features/slow/slow-page.js'
import { type Choice, useChoice } from '../routing/url-state.js'
import { countStates } from '../ui/groups.js'
import { Loading } from '../ui/loading.js'
import { PageBar } from '../ui/page-bar.js'
import { Banners } from './banner.js'
import { HelpDialog } from './help-dialog.js'
import { closeOver, useOver } from './over.js'
import { PageFooter } from './page-footer.js'
import { PageHeader } from './page-header.js'
import { PAGE_LIST } from './pages.js'
import { Palette } from './palette.js'
import { PartBoundary } from './part-boundary.js'
import { PartsNote } from './parts-note.js'
import { Skeleton } from './skeleton.js'
import { useKeys } from './use-keys.js'

// What few look at first is loaded when it is looked at.
const QueuesPage = lazy(async () => ({ default: (await import('../features/queues/queues-page.js')).QueuesPage }))
const QueuePage = lazy(async () => ({ default: (await import('../features/queue/queue-page.js')).QueuePage }))
const JobPage = lazy(async () => ({ default: (await import('../features/jobs/job-page.js')).JobPage }))
const FailuresPage = lazy(async () => ({
  default: (await import('../features/failures/failures-page.js')).FailuresPage,
}))
const SchedulersPage = lazy(async () => ({
  default: (await import('../features/schedulers/schedulers-page.js')).SchedulersPage,
}))
const ActivityPage = lazy(async () => ({
  default: (await import('../features/activity/activity-page.js')).ActivityPage,
}))

/** What all pages share, around the one that the URL names. */
export function App() {
  const { overview: live, problem } = useLive()
  const choice = useChoice()
  const whole = useWhole(live, useDeferredValue(textOf(choice)))
  const { overview, more } = whole
  const over = useOver()
  useKeys()
  useTitle(overview, choice)
  usePageFocus(choice)
  return (
    <div className="flex min-h-dvh flex-col">
      <a href="#main" className="sr-only focus:not-sr-only focus:absolute focus:z-40 focus:bg-panel focus:p-3">
        Skip to content
      </a>
      <PageHeader overview={overview} />
      <main id="main" className="mx-auto flex w-full max-w-[1760px] flex-1 flex-col gap-8 px-4 py-6 sm:px-6">
        <Banners overview={overview} problem={problem} />
        {overview && <PartsNote overview={overview} more={more} />}
        <WholeContext value={whole}>
          <CurrentPage choice={choice} overview={overview} />
        </WholeContext>
      </main>
      {overview && <PageFooter overview={overview} />}
      {over === 'palette' && <Palette overview={overview} onClose={closeOver} />}
      {over === 'help' && <HelpDialog onClose={closeOver} />}
    </div>
  )
}

function CurrentPage({ choice, overview }: { choice: Choice; overview: Overview | null }) {
  if (!overview)
    return (
      <>
        <PageBar title={titleOf(choice)} />
        <Skeleton />
      </>
    )
  const Page = pageOf(choice)
  return (
    <PartBoundary key={choice.page}>
      <Suspense
        fallback={
          <>
            <PageBar title={titleOf(choice)} hasFilter={false} />
            <Loading what={titleOf(choice)} />
          </>
        }
      >
        <Page overview={overview} />
      </Suspense>
    </PartBoundary>
  )
}

/** All that the filter asks for: Zenith looks for it in the whole fleet. */
function textOf({ q, service, env, version }: Choice): string {
  return [q, service, env, version].join(' ').trim()
}

function pageOf({ page, service, queue, job }: Choice): ComponentType<{ overview: Overview }> {
  if (page === 'service') return service ? ServicePage : ServicesPage
  if (page === 'queues' && queue) return job ? JobPage : QueuePage
  return {
    pulse: PulsePage,
    queues: QueuesPage,
    failures: FailuresPage,
    schedulers: SchedulersPage,
    slow: SlowPage,
    exceptions: ExceptionsPage,
    activity: ActivityPage,
  }[page]
}

function titleOf({ page, service, queue, job }: Choice): string {
  if (page === 'service' && service) return service
  if (page === 'queues' && job) return `Job ${job}`
  if (page === 'queues' && queue) return 'Queue'
  return PAGE_LIST.find((known) => known.page === page)?.title ?? ''
}

/** A lost server can be seen on the tab. */
function useTitle(overview: Overview | null, choice: Choice): void {
  const lost = overview ? countStates(overview.nodes).lost : 0
  const queue = choice.queue && overview?.queues.find(({ key }) => key === choice.queue)?.name
  const title = choice.page === 'pulse' ? 'Zenith' : `${[titleOf(choice), queue].filter(Boolean).join(' · ')} · Zenith`
  useEffect(() => {
    document.title = lost > 0 ? `(${lost} lost) ${title}` : title
  }, [lost, title])
}

/** On another page the focus is at its title, as if it had been loaded. */
function usePageFocus(choice: Choice): void {
  const { page, service, queue, job } = choice
  const where = `${page} ${page === 'service' ? service : page === 'queues' ? `${queue} ${job}` : ''}`
  const before = useRef(where)
  useEffect(() => {
    if (before.current === where) return
    before.current = where
    window.scrollTo(0, 0)
    document.getElementById('title')?.focus({ preventScroll: true })
  }, [where])
}
