import { useMemo } from 'react'
import type { ServicePeriod, ServiceView, TrafficPoint } from '../../../api/services.js'
import { duration, percent, rate } from '../../ui/format.js'
import { LEVEL_TEXT } from '../../ui/level-word.js'
import { errorLevel, healthWord } from '../../ui/levels.js'
import { PageLink } from '../../ui/page-link.js'
import { type Column, DataTable } from '../../ui/tables/data-table.js'
import { figureColumn } from '../../ui/tables/figure-cell.js'
import { HEALTH_TEXT } from './health-score.js'

interface ServicesTableProps {
  services: readonly ServiceView[]
  /** The figures of the chosen period; without them those of the last minute are shown. */
  periods: ReadonlyMap<string, ServicePeriod> | undefined
}

interface Line {
  view: ServiceView
  figures: TrafficPoint | null
}

/** Every service in one line, to compare and to go to. */
export function ServicesTable({ services, periods }: ServicesTableProps) {
  const lines = useMemo(
    () => services.map((view) => ({ view, figures: figuresOf(view, periods) })),
    [services, periods],
  )
  return (
    <DataTable
      label="Services"
      columns={COLUMNS}
      items={lines}
      keyOf={({ view }) => view.service}
      sort={{ key: 'service', down: false }}
      minWidth="54rem"
    />
  )
}

function figuresOf(view: ServiceView, periods: ReadonlyMap<string, ServicePeriod> | undefined): TrafficPoint | null {
  const source = periods ? periods.get(view.service) : view
  return source?.requests ?? source?.jobs ?? null
}

const ms = (value: number) => duration(value)

const COLUMNS: readonly Column<Line>[] = [
  {
    key: 'service',
    title: 'Service',
    isText: true,
    width: '24%',
    value: ({ view }) => view.service,
    cell: ({ view: { service } }) => (
      <PageLink to={{ page: 'service', service }} data-row="" title={service} className="row-link font-medium">
        {service}
      </PageLink>
    ),
  },
  {
    key: 'health',
    title: 'Health',
    isText: true,
    width: '16%',
    value: ({ view }) => view.health.score ?? -1,
    cell: ({ view: { health } }) => {
      const word = healthWord(health.score)
      return (
        <span className={HEALTH_TEXT[word]}>
          <b className="inline-block min-w-7 font-semibold">{health.score === null ? '–' : Math.round(health.score)}</b>{' '}
          <span className="text-xs">{word}</span>
        </span>
      )
    },
  },
  {
    key: 'nodes',
    title: 'Servers',
    width: '12%',
    value: ({ view }) => view.nodes.live,
    cell: ({ view: { nodes } }) => (
      <>
        {nodes.live} live
        {nodes.lost > 0 && <span className="font-medium text-bad"> · {nodes.lost} lost</span>}
      </>
    ),
  },
  {
    key: 'of',
    title: 'Kind',
    isText: true,
    width: '8%',
    value: ({ view }) => ofWord(view),
    cell: ({ view }) => <span className="text-soft">{ofWord(view)}</span>,
  },
  figureColumn(
    'Rate',
    '9%',
    ({ figures }) => figures?.rate,
    (value) => rate(value),
  ),
  figureColumn(
    'Errors',
    '8%',
    ({ figures }) => figures?.errorRate,
    (value) => <span className={LEVEL_TEXT[errorLevel(value)]}>{percent(value)}</span>,
  ),
  figureColumn('p50', '7%', ({ figures }) => figures?.p50, ms),
  figureColumn('p95', '8%', ({ figures }) => figures?.p95, ms),
  figureColumn('p99', '8%', ({ figures }) => figures?.p99, ms),
]

function ofWord({ requests, jobs }: ServiceView): string {
  return requests || !jobs ? 'requests' : 'jobs'
}
