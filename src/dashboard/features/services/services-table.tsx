import { useMemo } from 'react'
import type { ServicePeriod, ServiceView, TrafficPoint } from '../../../api/services.js'
import { duration, percent, rateWriter } from '../../ui/format.js'
import { LEVEL_TEXT } from '../../ui/level-word.js'
import { errorLevel, healthWord } from '../../ui/levels.js'
import { PageLink } from '../../ui/page-link.js'
import { type Column, DataTable } from '../../ui/tables/data-table.js'
import { figureColumn } from '../../ui/tables/figure-cell.js'
import { AlertMark } from '../alert-mark/alert-mark.js'
import { isStill, type Kind, kindOf, sortServices } from './fleet.js'
import { HEALTH_TEXT } from './health-score.js'
import { LastFigures } from './last-figures.js'

interface ServicesTableProps {
  services: readonly ServiceView[]
  /** The figures of the chosen period; without them those of the last minute are shown. */
  periods: ReadonlyMap<string, ServicePeriod> | undefined
}

/** Requests and jobs are lines of their own: their rates have nothing in common. */
interface Line {
  view: ServiceView
  kind: Kind
  figures: TrafficPoint | null
  /** Whether the figures are the archive's, of another time than the health. */
  isArchived: boolean
}

/** Every service in one line, to compare and to go to. */
export function ServicesTable({ services, periods }: ServicesTableProps) {
  const lines = useMemo(() => sortServices(services).flatMap((view) => linesOf(view, periods)), [services, periods])
  const rate = rateWriter(lines.map(({ figures }) => figures?.rate))
  const columns = useMemo(() => columnsOf(rate), [rate])
  return (
    <DataTable
      label="Services"
      columns={columns}
      items={lines}
      stateOf={({ view, isArchived }) => (isStill(view) && !isArchived ? 'still' : undefined)}
      keyOf={({ view, kind }) => `${view.service} ${kind}`}
      sort={{ key: 'health', down: false }}
      minWidth="54rem"
    />
  )
}

function linesOf(view: ServiceView, periods: ReadonlyMap<string, ServicePeriod> | undefined): Line[] {
  const source = periods ? periods.get(view.service) : view
  const kinds = (['requests', 'jobs'] as const).filter((kind) => view[kind] ?? source?.[kind])
  return (kinds.length > 0 ? kinds : [kindOf(view)]).map((kind) => ({
    ...{ view, kind, figures: source?.[kind] ?? null },
    isArchived: periods?.get(view.service)?.step !== undefined,
  }))
}

const ms = (value: number) => duration(value)

function columnsOf(rate: (value: number) => string): readonly Column<Line>[] {
  return [
    {
      key: 'service',
      title: 'Service',
      isText: true,
      width: '18%',
      value: ({ view }) => view.service,
      cell: ({ view: { service } }) => (
        <span className="flex min-w-0 items-center gap-2">
          <PageLink to={{ page: 'service', service }} data-row="" title={service} className="row-link font-medium">
            {service}
          </PageLink>
          <AlertMark of={{ service }} />
        </span>
      ),
    },
    {
      key: 'health',
      title: 'Health',
      isText: true,
      width: '16%',
      value: ({ view }) => view.health.score,
      cell: ({ view: { health } }) => {
        const word = healthWord(health.score)
        return (
          <span className={HEALTH_TEXT[word]}>
            <b className="inline-block min-w-7 font-semibold">
              {health.score === null ? '–' : Math.round(health.score)}
            </b>{' '}
            <span className="text-xs">{word}</span>
          </span>
        )
      },
    },
    {
      key: 'nodes',
      title: 'Servers',
      width: '18%',
      value: ({ view }) => view.nodes.live,
      cell: ({ view, figures, isArchived }) => (
        <>
          {(view.nodes.live > 0 || view.nodes.lost === 0) && `${view.nodes.live} live`}
          {view.nodes.live > 0 && view.nodes.lost > 0 && ' · '}
          {view.nodes.lost > 0 && <span className="font-medium text-bad">{view.nodes.lost} lost</span>}
          <span className="text-soft">{!isArchived && <LastFigures view={view} at={figures?.at} />}</span>
        </>
      ),
    },
    {
      key: 'of',
      title: 'Kind',
      isText: true,
      width: '8%',
      value: ({ kind }) => kind,
      cell: ({ kind }) => <span className="text-soft">{kind}</span>,
    },
    figureColumn('Rate', '9%', ({ figures }) => figures?.rate, rate),
    figureColumn(
      'Errors',
      '8%',
      ({ figures }) => figures?.errorRate,
      (value, { view, figures }) => (
        <span className={isStill(view) ? '' : LEVEL_TEXT[errorLevel(figures)]}>{percent(value)}</span>
      ),
    ),
    figureColumn('p50', '7%', ({ figures }) => figures?.p50, ms),
    figureColumn('p95', '8%', ({ figures }) => figures?.p95, ms),
    figureColumn('p99', '8%', ({ figures }) => figures?.p99, ms),
  ]
}
