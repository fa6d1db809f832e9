import type { QueueView } from '../../../api/queues.js'
import type { PastNode, PastQueue, PastService } from '../../../api/time-travel.js'
import type { TimeWindow } from '../../../api/time-window.js'
import { bytes, count, duration, percent, perMinute, rate } from '../../ui/format.js'
import { PageLink } from '../../ui/page-link.js'
import { type Column, DataTable } from '../../ui/tables/data-table.js'
import { badCount, figureColumn } from '../../ui/tables/figure-cell.js'

const up = { down: false }

function named<T>(title: string, read: (item: T) => string, cell: Column<T>['cell']): Column<T> {
  return { key: title, title, width: '22%', isText: true, value: read, cell }
}

export function ServicesTable({ services, window }: { services: readonly PastService[]; window: TimeWindow }) {
  const columns: readonly Column<PastService>[] = [
    named(
      'Service',
      ({ service }) => service,
      ({ service }) => (
        <PageLink to={{ page: 'service', service, ...window }} data-row="" className="row-link font-medium">
          {service}
        </PageLink>
      ),
    ),
    figureColumn('Nodes', '10%', ({ nodes }) => nodes, count),
    figureColumn('Requests', '12%', ({ requests }) => requests?.rate, rate),
    figureColumn('Errors', '11%', ({ requests }) => requests?.errorRate, percent),
    figureColumn('p95', '11%', ({ requests }) => requests?.p95, duration),
    figureColumn('Jobs', '12%', ({ jobs }) => jobs?.rate, rate),
    figureColumn('Failed', '11%', ({ jobs }) => jobs?.errorRate, percent),
    figureColumn('Job p95', '11%', ({ jobs }) => jobs?.p95, duration),
  ]
  return (
    <DataTable
      label="Services"
      columns={columns}
      items={services}
      keyOf={({ service }) => service}
      sort={{ key: 'Service', ...up }}
      minWidth="46rem"
    />
  )
}

export function NodesTable({ nodes, window }: { nodes: readonly PastNode[]; window: TimeWindow }) {
  const columns: readonly Column<PastNode>[] = [
    named(
      'Node',
      ({ node }) => node,
      ({ service, node }) => (
        <PageLink to={{ page: 'process', service, node, ...window }} data-row="" className="row-link font-medium">
          {node}
        </PageLink>
      ),
    ),
    named(
      'Service',
      ({ service }) => service,
      ({ service }) => service,
    ),
    figureColumn('CPU', '14%', ({ cpu }) => cpu, percent),
    figureColumn('Memory', '14%', ({ rss }) => rss, bytes),
    figureColumn('Heap', '14%', ({ heapUsed }) => heapUsed, bytes),
    figureColumn('Loop p99', '14%', ({ loopP99 }) => loopP99, duration),
  ]
  return (
    <DataTable
      label="Nodes"
      columns={columns}
      items={nodes}
      keyOf={({ service, node }) => `${service} ${node}`}
      sort={{ key: 'Service', ...up }}
      minWidth="42rem"
    />
  )
}

/** @param known the queues that there are now: only they have a page */
export function QueuesTable({ queues, known }: { queues: readonly PastQueue[]; known: readonly QueueView[] }) {
  const pages = new Set(known.map(({ key }) => key))
  const mean = (value: number) => count(Math.ceil(value))
  const columns: readonly Column<PastQueue>[] = [
    named(
      'Queue',
      ({ name }) => name,
      ({ key, name }) =>
        pages.has(key) ? (
          <PageLink to={{ page: 'queue', queue: key }} data-row="" className="row-link font-medium">
            {name}
          </PageLink>
        ) : (
          <span className="font-medium">{name}</span>
        ),
    ),
    figureColumn('Waiting', '10%', ({ waiting }) => waiting, mean),
    figureColumn('Active', '10%', ({ active }) => active, mean),
    figureColumn('Delayed', '10%', ({ delayed }) => delayed, mean),
    figureColumn(
      'Failed',
      '10%',
      ({ failed }) => failed,
      (value) => badCount(Math.ceil(value)),
    ),
    figureColumn('Oldest waits', '14%', ({ oldestMs }) => oldestMs, duration),
    figureColumn('In', '12%', (queue) => queue.in, perMinute),
    figureColumn('Out', '12%', (queue) => queue.out, perMinute),
  ]
  return (
    <DataTable
      label="Queues"
      columns={columns}
      items={queues}
      keyOf={({ key }) => key}
      sort={{ key: 'Waiting', down: true }}
      minWidth="46rem"
    />
  )
}
