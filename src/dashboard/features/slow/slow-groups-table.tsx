import { useMemo } from 'react'
import type { SlowGroup } from '../../../api/services.js'
import { type Choice, choose, useChoice } from '../../routing/url-state.js'
import { Ago } from '../../ui/ago.js'
import { count, duration, times } from '../../ui/format.js'
import { slowGroupKey } from '../../ui/groups.js'
import { type Column, DataTable } from '../../ui/tables/data-table.js'
import { figureColumn } from '../../ui/tables/figure-cell.js'

/** How often each route or job was slow, and how slow. Choosing one narrows the entries to it. */
export function SlowGroupsTable({ groups }: { groups: readonly SlowGroup[] }) {
  const choice = useChoice()
  const columns = useMemo(() => [nameColumn(choice), ...FIGURES], [choice])
  return (
    <DataTable
      label="Slow routes and jobs"
      columns={columns}
      items={groups}
      keyOf={slowGroupKey}
      sort={{ key: 'Count', down: true }}
      minWidth="46rem"
    />
  )
}

function nameColumn({ service, route }: Choice): Column<SlowGroup> {
  return {
    key: 'name',
    title: 'Route or job',
    isText: true,
    width: '32%',
    value: (group) => group.name,
    cell: (group) => {
      const isChosen = route === group.name && service === group.service
      return (
        <button
          type="button"
          aria-pressed={isChosen}
          data-row=""
          title={group.name}
          className={`row-link w-full text-left font-mono ${isChosen ? 'font-semibold text-accent' : ''}`}
          onClick={() => choose(isChosen ? { route: '' } : { service: group.service, route: group.name })}
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
