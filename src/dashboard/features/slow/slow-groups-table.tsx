import { useMemo } from 'react'
import { slowGroupIdentity } from '../../../api/identity.js'
import type { SlowGroup } from '../../../api/services.js'
import type { RouteOf } from '../../routing/pages.js'
import { changePage, navigate, usePage } from '../../routing/route.js'
import { Ago } from '../../ui/ago.js'
import { count, duration, times } from '../../ui/format.js'
import { type Column, DataTable } from '../../ui/tables/data-table.js'
import { figureColumn } from '../../ui/tables/figure-cell.js'

/** How often each route or job was slow, and how slow. Choosing one narrows the entries to it. */
export function SlowGroupsTable({ groups }: { groups: readonly SlowGroup[] }) {
  const route = usePage('slow')
  const columns = useMemo(() => [nameColumn(route), ...FIGURES], [route])
  return (
    <DataTable
      label="Slow routes and jobs"
      columns={columns}
      items={groups}
      keyOf={slowGroupIdentity}
      sort={{ key: 'Count', down: true }}
      minWidth="46rem"
    />
  )
}

function nameColumn({ service, series }: RouteOf<'slow'>): Column<SlowGroup> {
  return {
    key: 'name',
    title: 'Route or job',
    isText: true,
    width: '32%',
    value: (group) => group.name,
    cell: (group) => {
      const isChosen = series === group.name && service === group.service
      return (
        <button
          type="button"
          aria-pressed={isChosen}
          data-row=""
          title={group.name}
          className={`row-link w-full text-left font-mono ${isChosen ? 'font-semibold text-accent' : ''}`}
          onClick={() =>
            isChosen
              ? changePage('slow', { series: '' })
              : navigate({ page: 'slow', service: group.service, series: group.name })
          }
        >
          {group.name}
          {group.kind !== 'request' && <span className="label font-sans"> · {group.kind}</span>}
        </button>
      )
    },
  }
}

const FIGURES: readonly Column<SlowGroup>[] = [
  figureColumn('Count', '9%', (group) => group.count, count),
  figureColumn(
    'Slowest',
    '11%',
    (group) => group.slowestMs,
    (value) => <b className="font-semibold">{duration(value)}</b>,
  ),
  {
    key: 'over',
    title: 'Over its threshold',
    width: '15%',
    value: ({ slowestMs, thresholdMs }) => (thresholdMs ? slowestMs / thresholdMs : null),
    cell: ({ slowestMs, thresholdMs }) =>
      thresholdMs === null ? '–' : `${times(slowestMs, thresholdMs)} of ${duration(thresholdMs)}`,
  },
  {
    key: 'last',
    title: 'Last',
    width: '12%',
    value: ({ last }) => last,
    cell: ({ last }) => <Ago at={last} />,
  },
  {
    key: 'service',
    title: 'Service',
    isText: true,
    width: '17%',
    value: ({ service }) => service,
    cell: ({ service }) => <span title={service}>{service}</span>,
  },
]
