import { ChevronRight } from 'lucide-react'
import { memo, useMemo } from 'react'
import type { SeriesView, ServicePeriod, ServiceView, TrafficPoint } from '../../../api/services.js'
import type { TimeRange } from '../../../api/time-window.js'
import { useNow } from '../../api/hooks.js'
import type { Target } from '../../routing/pages.js'
import { isLong } from '../../routing/route.js'
import { type Traffic, trafficOf } from '../../ui/charts/chart-data.js'
import { count, duration, percent, plural, rate, sentence } from '../../ui/format.js'
import { healthWord } from '../../ui/levels.js'
import { PageLink } from '../../ui/page-link.js'
import { isLive, rangeInWords, theRange, within } from '../../ui/period.js'
import { UntrustedMark } from '../../ui/trust-mark.js'
import { AlertMark } from '../alert-mark/alert-mark.js'
import { Figures } from '../services/figures.js'
import { isStill, kindOf } from '../services/fleet.js'
import { HealthScore } from '../services/health-score.js'
import { LastFigures } from '../services/last-figures.js'
import { TrafficChart } from './traffic-chart.js'

interface AppHealthCardProps {
  service: ServiceView
  range: TimeRange
  /** Over that time; without it the figures of the last minute are shown. */
  past: ServicePeriod | undefined
}

/** How a service does, in one look. Drawn again only when the service changed. */
export const AppHealthCard = memo(function AppHealthCard({ service: view, range, past }: AppHealthCardProps) {
  const { service, health, nodes, environments } = view
  const of = kindOf(view)
  const figures = past ?? view
  const isArchived = past?.step !== undefined
  const still = isStill(view) && !isArchived ? 'last-figures' : ''
  return (
    <article aria-label={`${service} health`} data-service={service} className="panel @container flex flex-col p-4">
      <div className="grid flex-1 content-start gap-4 @4xl:grid-cols-[24rem_1fr] @4xl:gap-x-10">
        <div className="flex min-w-0 flex-col gap-4">
          <div className="flex items-center gap-3.5">
            <HealthScore service={service} health={health} />
            <div className="min-w-0 flex-1">
              <h3 className="truncate text-base font-semibold tracking-tight" title={service}>
                <PageLink to={toService(service)} data-row="" className="rounded-sm hover:text-accent">
                  {service}
                </PageLink>
              </h3>
              <p className="label truncate">
                {[healthWord(health.score), nodeWords(nodes), ...environments].filter(Boolean).join(' · ')}
              </p>
            </div>
            <AlertMark of={{ service }} />
            <UntrustedMark untrusted={view.untrusted} />
          </div>
          <div className={still}>
            <Figures now={figures[of]} of={of} />
            <p className="label mt-1">
              {past ? rangeInWords(range) : 'last minute'}
              {!isArchived && <LastFigures view={view} at={figures[of]?.at} />}
            </p>
          </div>
        </div>
        <div className={`min-w-0 ${still}`}>
          <Past view={view} of={of} range={range} traffic={trafficOf(view, isLive(range) ? undefined : past)} />
          {view.requests && figures.jobs && <p className="label mt-2">Jobs: {jobWords(figures.jobs)}</p>}
        </div>
      </div>
      <div className="label mt-4 flex items-center justify-between gap-4 border-t border-line pt-3">
        <Dearest health={health} />
        <RoutesLink view={view} />
      </div>
    </article>
  )
})

interface PastProps {
  view: ServiceView
  of: 'requests' | 'jobs'
  range: TimeRange
  traffic: Traffic
}

function Past({ view, of, range, traffic }: PastProps) {
  const now = useNow()
  const { points: all, step } = traffic
  const points = useMemo(() => (step ? all : within(all, range, now)), [all, step, range, now])
  if (points.length > 0) return <TrafficChart points={points} step={step} of={of} range={range} now={now} />
  if (range.window) return <p className="label grid h-26 place-items-center">Nothing in this window</p>
  if (isLong(range.period)) return <p className="label grid h-26 place-items-center">Nothing in {theRange(range)}</p>
  const busiest = (of === 'jobs' ? view.jobSeries : view.routes).slice(0, 3)
  if (busiest.length > 0) return <Busiest series={busiest} />
  return <p className="label grid h-26 place-items-center">Nothing in the last 15 minutes</p>
}

function toService(service: string): Target {
  return { page: 'service', service }
}

function nodeWords({ live, lost, left, replaced }: ServiceView['nodes']): string {
  return [
    live > 0 && `${live} live`,
    lost > 0 && `${lost} lost`,
    left > 0 && `${left} left`,
    replaced > 0 && `${replaced} replaced`,
  ]
    .filter(Boolean)
    .join(' · ')
}

function RoutesLink({ view }: { view: ServiceView }) {
  const amount = view.routes.length + view.jobSeries.length
  if (amount === 0) return null
  const label = view.routes.length > 0 ? 'Routes' : 'Jobs'
  return (
    <PageLink
      to={toService(view.service)}
      aria-label={`${label} of ${view.service}`}
      className="inline-flex shrink-0 items-center gap-0.5 rounded-md border border-line py-1 pr-1.5 pl-2.5 hover:border-line-strong hover:text-text"
    >
      {label}
      <ChevronRight className="size-3.5" aria-hidden="true" />
    </PageLink>
  )
}

function jobWords(jobs: TrafficPoint): string {
  return `${rate(jobs.rate)}, ${percent(jobs.errorRate)} failed, p95 ${duration(jobs.p95)}`
}

/** The dearest reason stands on the card, so that nobody has to look for it. */
function Dearest({ health }: Pick<ServiceView, 'health'>) {
  const [dearest, ...others] = [...health.reasons].sort((a, b) => b.cost - a.cost)
  if (!dearest) return <p>No problem found</p>
  return (
    <p className="min-w-0 break-words">
      {sentence(dearest.text)}
      {dearest.cost > 0 && <> (−{Math.round(dearest.cost)})</>}
      {others.length > 0 && <>, and {plural(others.length, 'more reason')}</>}
    </p>
  )
}

/** The busiest routes or jobs in short, where there is no history to draw. */
function Busiest({ series }: { series: readonly SeriesView[] }) {
  return (
    <ul className="flex min-h-26 flex-col justify-center">
      {series.map((one) => (
        <li key={`${one.queue} ${one.key}`} className="flex justify-between gap-4 border-t border-line py-1.5 text-xs">
          <span className="min-w-0 truncate font-mono">{one.key}</span>
          <span className="whitespace-nowrap text-soft">
            {count(one.count)} in 5 min · p95 {duration(one.p95)}
          </span>
        </li>
      ))}
    </ul>
  )
}
