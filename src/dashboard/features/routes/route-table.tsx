import { useMemo } from 'react'
import type { RouteView } from '../../../api/routes.js'
import { count, duration, percent, rateWriter, span } from '../../ui/format.js'
import { PageLink } from '../../ui/page-link.js'
import { type Column, DataTable } from '../../ui/tables/data-table.js'
import { badCount, figureColumn } from '../../ui/tables/figure-cell.js'
import { useNarrow } from '../../ui/use-narrow.js'
import { AlertMark } from '../alert-mark/alert-mark.js'

/** Every route with its figures, those with the most total time first; each leads to its own page, which has them all on a phone, too. */
export function RouteTable({ routes }: { routes: readonly RouteView[] }) {
  const isNarrow = useNarrow()
  const rate = rateWriter(routes.map((one) => one.rate))
  const columns = useMemo(() => columnsOf(rate), [rate])
  return (
    <DataTable
      label="Routes"
      columns={isNarrow ? NARROW : columns}
      items={routes}
      keyOf={({ service, key }) => `${service}\n${key}`}
      sort={{ key: 'Total', down: true }}
      minWidth={isNarrow ? '20rem' : '72rem'}
      rowHeight={isNarrow ? 76 : 37}
    />
  )
}

const ms = (value: number) => duration(value)

const ERRORS = figureColumn<RouteView>('Errors', '6%', (one) => one.errors, badCount)
const P95 = figureColumn<RouteView>('p95', '7%', (one) => one.p95, ms)
const P99 = figureColumn<RouteView>('p99', '7%', (one) => one.p99, ms)

/** Where there is no room: in the order that they come in. */
const NARROW: readonly Column<RouteView>[] = [
  {
    key: 'route',
    title: 'Route',
    isText: true,
    width: '42%',
    value: ({ key }) => key,
    cell: (one) => (
      <span className="block whitespace-normal">
        <RouteLink of={one} className="line-clamp-2 break-all whitespace-normal" />
        <span className="label block truncate">
          {one.service} <AlertMark of={{ service: one.service, route: one.key }} />
        </span>
      </span>
    ),
  },
  { ...ERRORS, width: '16%' },
  { ...P95, width: '20%' },
  { ...P99, width: '22%' },
]

function columnsOf(rate: (value: number) => string): readonly Column<RouteView>[] {
  return [
    {
      key: 'route',
      title: 'Route',
      isText: true,
      width: '23%',
      value: ({ key }) => key,
      cell: (one) => (
        <span className="flex min-w-0 items-center gap-2">
          <RouteLink of={one} className="" />
          <AlertMark of={{ service: one.service, route: one.key }} />
        </span>
      ),
    },
    {
      key: 'service',
      title: 'Service',
      isText: true,
      width: '12%',
      value: ({ service }) => service,
      cell: ({ service }) => <span title={service}>{service}</span>,
    },
    figureColumn('Rate', '8%', (one) => one.rate, rate),
    figureColumn('Requests', '8%', (one) => one.count, count),
    ERRORS,
    figureColumn('p50', '7%', (one) => one.p50, ms),
    P95,
    P99,
    figureColumn('Max', '7%', (one) => one.max, ms),
    figureColumn('Share', '6%', (one) => one.share, share),
    figureColumn('Total', '9%', (one) => one.totalMs, total),
  ]
}

function RouteLink({ of: { service, key }, className }: { of: RouteView; className: string }) {
  return (
    <PageLink
      to={{ page: 'route', service, series: key }}
      data-row=""
      title={key}
      className={`row-link font-mono ${className}`}
    >
      {key}
    </PageLink>
  )
}

function share(value: number) {
  return (
    <span className="text-soft" title={`${percent(value)} of the time of all routes`}>
      {percent(value)}
    </span>
  )
}

function total(value: number) {
  return <span title={`${span(value)} in all`}>{duration(value)}</span>
}
