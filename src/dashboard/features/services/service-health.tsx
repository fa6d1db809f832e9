import type { ReactNode } from 'react'
import type { ServicePeriod, ServiceView } from '../../../api/services.js'
import type { TimeRange } from '../../../api/time-window.js'
import { healthWord } from '../../ui/levels.js'
import { rangeInWords } from '../../ui/period.js'
import { Figures } from './figures.js'
import { isStill } from './fleet.js'
import { HealthReasons } from './health-reasons.js'
import { HealthScore } from './health-score.js'
import { LastFigures } from './last-figures.js'

interface ServiceHealthProps {
  view: ServiceView
  /** The figures of the period; without them those of the last minute are shown. */
  period: ServicePeriod | undefined
  range: TimeRange
}

/** How a service does: its score with what takes from it, and its figures of the period. */
export function ServiceHealth({ view, period, range }: ServiceHealthProps) {
  const { service, health, nodes, environments } = view
  const figures = period ?? view
  const isArchived = period?.step !== undefined
  const when = period ? rangeInWords(range) : 'last minute'
  return (
    <div className="panel grid gap-x-10 gap-y-5 p-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
      <div className="flex items-start gap-3.5">
        <HealthScore service={service} health={health} />
        <div className="min-w-0 flex-1">
          <p className="font-medium">
            {healthWord(health.score)}
            <span className="label ml-2 font-normal">
              {[
                `${nodes.live} live`,
                nodes.lost > 0 && `${nodes.lost} lost`,
                nodes.left > 0 && `${nodes.left} left`,
                nodes.replaced > 0 && `${nodes.replaced} replaced`,
                ...environments,
              ]
                .filter(Boolean)
                .join(' · ')}
            </span>
          </p>
          <HealthReasons reasons={health.reasons} />
        </div>
      </div>
      <div className={`flex flex-col gap-4 ${isStill(view) && !isArchived ? 'last-figures' : ''}`}>
        {(figures.requests || !figures.jobs) && (
          <Row when={when} age={!isArchived && <LastFigures view={view} at={figures.requests?.at} />}>
            <Figures now={figures.requests} of="requests" />
          </Row>
        )}
        {figures.jobs && (
          <Row when={when} age={!isArchived && <LastFigures view={view} at={figures.jobs.at} />}>
            <Figures now={figures.jobs} of="jobs" />
          </Row>
        )}
      </div>
    </div>
  )
}

function Row({ when, age, children }: { when: string; age: ReactNode; children: ReactNode }) {
  return (
    <div>
      {children}
      <p className="label mt-1">
        {when}
        {age}
      </p>
    </div>
  )
}
