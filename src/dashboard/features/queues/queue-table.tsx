import { useMemo } from 'react'
import type { QueueSample, QueueView } from '../../../api/queues.js'
import { pastOf } from '../../ui/charts/gaps.js'
import { Sparkline } from '../../ui/charts/sparkline.js'
import { count, duration, perMinute, roughly, UNKNOWN } from '../../ui/format.js'
import { PageLink } from '../../ui/page-link.js'
import { type Column, DataTable, type Sort } from '../../ui/tables/data-table.js'
import { useNarrow } from '../../ui/use-narrow.js'
import { DriverBadge } from './driver-badge.js'
import { QueueMarks } from './queue-marks.js'
import { backlog, groupOf } from './queues.js'
import { ReasonLine } from './reasons.js'

interface QueueTableProps {
  label: string
  queues: readonly QueueView[]
  /** Whether each says in a second line what is wrong. */
  hasReasons: boolean
  /** `service`, a delimiter, or empty. */
  group: string
}

/** In the order that they come in: there is no column of this name. */
const AS_GIVEN: Sort = { key: 'given', down: false }

/** Queues of all systems in one table. */
export function QueueTable({ label, queues, hasReasons, group }: QueueTableProps) {
  const isNarrow = useNarrow()
  const grouping = useMemo(() => (group ? (queue: QueueView) => groupOf(queue, group) : undefined), [group])
  const columns = hasReasons ? WITH_REASONS : COLUMNS
  return (
    <DataTable
      label={label}
      columns={isNarrow ? columns.filter(({ key }) => key in NARROW_WIDTHS).map(narrow) : columns}
      items={queues}
      keyOf={({ key }) => key}
      stateOf={({ attention }) => (attention.length > 0 ? 'attention' : 'healthy')}
      sort={AS_GIVEN}
      minWidth={isNarrow ? '20rem' : '66rem'}
      rowHeight={(hasReasons ? 58 : 41) + (isNarrow ? 24 : 0)}
      groupOf={grouping}
      groupNote={backlogNote}
    />
  )
}

function backlogNote(queues: readonly QueueView[]): string {
  const known = queues.flatMap(({ metrics }) => backlog(metrics) ?? [])
  if (known.length === 0) return ''
  return `${count(known.reduce((sum, one) => sum + one, 0))} waiting`
}

/** What is shown where there is no room, and how wide. */
const NARROW_WIDTHS: Readonly<Record<string, string>> = { queue: '52%', backlog: '24%', oldest: '24%' }

function narrow(column: Column<QueueView>): Column<QueueView> {
  return { ...column, width: NARROW_WIDTHS[column.key] ?? column.width }
}

const WITH_REASONS = columnsOf(true)
const COLUMNS = columnsOf(false)

function columnsOf(hasReasons: boolean): readonly Column<QueueView>[] {
  return [
    {
      key: 'queue',
      title: 'Queue',
      isText: true,
      width: '35%',
      value: ({ name }) => name,
      cell: (queue) => <NameCell queue={queue} hasReasons={hasReasons} />,
    },
    figure(
      'backlog',
      'Backlog',
      '13%',
      ({ metrics }) => backlog(metrics),
      count,
      (sample) => sample.backlog,
    ),
    figure('oldest', 'Oldest', '8%', ({ oldestMs }) => oldestMs, duration),
    figure(
      'in',
      'In',
      '11.5%',
      ({ throughput }) => throughput?.in ?? null,
      perMinute,
      (sample) => sample.in,
    ),
    figure(
      'out',
      'Out',
      '11.5%',
      ({ throughput }) => throughput?.out ?? null,
      perMinute,
      (sample) => sample.out,
    ),
    figure('active', 'Active', '6%', ({ metrics }) => metrics.active, count),
    figure('delayed', 'Delayed', '7%', ({ metrics }) => metrics.delayed, count),
    figure('failed', 'Failed', '7%', ({ metrics }) => metrics.failed, count, undefined, 'text-bad'),
    figure('workers', 'Workers', '7%', ({ workers }) => workers, count),
  ]
}

function NameCell({ queue, hasReasons }: { queue: QueueView; hasReasons: boolean }) {
  const { key, name, driver, services, attention } = queue
  return (
    <div className="min-w-0 max-sm:py-1.5">
      <div className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-0.5 sm:flex-nowrap">
        <PageLink
          to={{ page: 'queue', queue: key }}
          data-row=""
          title={name}
          className="row-link w-full min-w-0 font-medium sm:w-auto"
        >
          {name}
        </PageLink>
        <DriverBadge driver={driver} />
        <QueueMarks queue={queue} />
        <span className="label hidden min-w-0 flex-1 truncate sm:block" title={services.join(', ')}>
          {services.join(', ')}
        </span>
      </div>
      {hasReasons && (
        <div className="mt-1">
          <ReasonLine attention={attention} />
        </div>
      )}
    </div>
  )
}

/** Counts that the system only estimates are marked; in, out and ages are measured here. */
const COUNTS: ReadonlySet<string> = new Set(['backlog', 'active', 'delayed', 'failed'])

function figure(
  key: string,
  title: string,
  width: string,
  read: (queue: QueueView) => number | null,
  write: (value: number) => string,
  past?: (sample: QueueSample) => number | null,
  color = '',
): Column<QueueView> {
  return {
    key,
    title,
    width,
    value: read,
    cell: (queue) => {
      const value = read(queue)
      const text = value === null ? UNKNOWN : roughly(write(value), queue.approximate && COUNTS.has(key))
      const shade = value === null || value === 0 ? 'text-soft' : color && `font-medium ${color}`
      return (
        <span className="flex items-center justify-end gap-3">
          {past && (
            <span className="hidden w-16 shrink sm:block">
              <Sparkline values={pastOf(queue.samples, past)} atLeast={key === 'backlog' ? 5 : 1} />
            </span>
          )}
          <span className={`whitespace-nowrap ${shade} ${past ? 'sm:min-w-14' : ''}`}>{text}</span>
        </span>
      )
    },
  }
}
