import type { RouteView } from '../../../api/routes.js'
import { count, duration, percent, rate, span } from '../../ui/format.js'
import { PageLink } from '../../ui/page-link.js'
import { type Column, DataTable } from '../../ui/tables/data-table.js'
import { badCount, figureColumn } from '../../ui/tables/figure-cell.js'

/** Every route with its figures, those with the most total time first; each leads to its own page. */
export function RouteTable({ routes }: { routes: readonly RouteView[] }) {
  return (
    <DataTable
      label="Routes"
      columns={COLUMNS}
      items={routes}
      keyOf={({ service, key }) => `${service}\n${key}`}
      sort={{ key: 'Total', down: true }}
      minWidth="68rem"
    />
  )
}

const ms = (value: number) => duration(value)

const COLUMNS: readonly Column<RouteView>[] = [
  {
    key: 'route',
    title: 'Route',
    isText: true,
    width: '27%',
    value: ({ key }) => key,
    cell: ({ service, key }) => (
      <PageLink to={{ page: 'route', service, series: key }} data-row="" title={key} className="row-link font-mono">
        {key}
      </PageLink>
    ),
  },
  {
    key: 'service',
    title: 'Service',
    isText: true,
    width: '13%',
    value: ({ service }) => service,
    cell: ({ service }) => <span title={service}>{service}</span>,
  },
  figureColumn(
    'Rate',
    '8%',
    (one) => one.rate,
    (value) => rate(value),
  ),
  figureColumn('Requests', '8%', (one) => one.count, count),
  figureColumn('Errors', '7%', (one) => one.errors, badCount),
  figureColumn('p50', '7%', (one) => one.p50, ms),
  figureColumn('p95', '7%', (one) => one.p95, ms),
  figureColumn('p99', '7%', (one) => one.p99, ms),
  figureColumn('Max', '7%', (one) => one.max, ms),
  figureColumn(
    'Total',
    '9%',
    (one) => one.totalMs,
    (value, { share }) => (
      <span title={`${span(value)} in all, ${percent(share)} of the time of all routes`}>
        <span className="text-soft">{percent(share)}</span> {duration(value)}
      </span>
    ),
  ),
]
