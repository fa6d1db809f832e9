import { ChevronRight } from 'lucide-react'
import { memo } from 'react'
import type { ServiceView, TrafficPoint } from '../../protocol/overview.js'
import { duration, percent, plural, rate, sentence } from '../format.js'
import { errorLevel, healthWord } from '../view/levels.js'
import { choose } from '../view/url-state.js'
import { Busiest } from './busiest.js'
import { HealthScore } from './health-score.js'
import { LEVEL_TEXT } from './level-word.js'
import { TrafficChart } from './traffic-chart.js'

/** How a service does, in one look. Drawn again only when the service changed. */
export const AppHealthCard = memo(function AppHealthCard({ service: view }: { service: ServiceView }) {
  const { service, health, nodes, environments } = view
  const of = view.requests || !view.jobs ? 'requests' : 'jobs'
  return (
    <article aria-label={`${service} health`} data-service={service} className="panel @container flex flex-col p-4">
      <div className="grid flex-1 content-start gap-4 @4xl:grid-cols-[24rem_1fr] @4xl:gap-x-10">
        <div className="flex min-w-0 flex-col gap-4">
          <div className="flex items-center gap-3.5">
            <HealthScore service={service} health={health} />
            <div className="min-w-0 flex-1">
              <h3 className="truncate text-base font-semibold tracking-tight" title={service}>
                {service}
              </h3>
              <p className="label truncate">
                {[healthWord(health.score), nodeWords(nodes), ...environments].filter(Boolean).join(' · ')}
              </p>
            </div>
          </div>
          <Figures now={view[of]} of={of} />
        </div>
        <div className="min-w-0">
          <Past view={view} of={of} />
          {view.requests && view.jobs && <p className="label mt-2">Jobs: {jobWords(view.jobs)}</p>}
        </div>
      </div>
      <div className="label mt-4 flex items-center justify-between gap-4 border-t border-line pt-3">
        <Dearest health={health} />
        <RoutesButton view={view} />
      </div>
    </article>
  )
})

function Past({ view, of }: { view: ServiceView; of: 'requests' | 'jobs' }) {
  if (view.traffic.length > 0) return <TrafficChart points={view.traffic} of={of} />
  const busiest = (of === 'jobs' ? view.jobSeries : view.routes).slice(0, 3)
  if (busiest.length > 0) return <Busiest series={busiest} />
  return <p className="label grid h-26 place-items-center">Nothing in the last 15 minutes</p>
}

function nodeWords({ live, lost, left }: ServiceView['nodes']): string {
  return [live > 0 && `${live} live`, lost > 0 && `${lost} lost`, left > 0 && `${left} left`]
    .filter(Boolean)
    .join(' · ')
}

function RoutesButton({ view }: { view: ServiceView }) {
  const amount = view.routes.length + view.jobSeries.length
  if (amount === 0) return null
  const label = view.routes.length > 0 ? 'Routes' : 'Jobs'
  return (
    <button
      type="button"
      aria-label={`${label} of ${view.service}`}
      className="inline-flex shrink-0 items-center gap-0.5 rounded-md border border-line py-1 pr-1.5 pl-2.5 hover:border-line-strong hover:text-text"
      onClick={() => choose({ service: view.service })}
    >
      {label}
      <ChevronRight className="size-3.5" aria-hidden="true" />
    </button>
  )
}

function Figures({ now, of }: { now: TrafficPoint | null; of: string }) {
  const level = errorLevel(now?.errorRate)
  return (
    <dl className="grid grid-cols-5 gap-2">
      <Figure name={of} value={rate(now?.rate)} />
      <Figure name="errors" value={percent(now?.errorRate)} color={LEVEL_TEXT[level]} />
      <Figure name="p50" value={duration(now?.p50)} />
      <Figure name="p95" value={duration(now?.p95)} />
      <Figure name="p99" value={duration(now?.p99)} />
    </dl>
  )
}

function Figure({ name, value, color = '' }: { name: string; value: string; color?: string }) {
  return (
    <div className="min-w-0">
      <dt className="label">{name}</dt>
      <dd className={`truncate font-semibold tracking-tight ${color}`} title={value}>
        {value}
      </dd>
    </div>
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
