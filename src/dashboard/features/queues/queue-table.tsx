import { useMemo } from 'react'
import type { QueueSample, QueueView } from '../../../api/queues.js'
import { pastOf, type Spacing } from '../../ui/charts/gaps.js'
import { Sparkline } from '../../ui/charts/sparkline.js'
import { count, duration, percent, perMinute, roughly, UNKNOWN } from '../../ui/format.js'
import { PageLink } from '../../ui/page-link.js'
import { type Column, DataTable, type Sort } from '../../ui/tables/data-table.js'
import { useNarrow } from '../../ui/use-narrow.js'
import { AlertMark } from '../alert-mark/alert-mark.js'
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
  /** Whether the figures are of another time. */
  isPast?: boolean
}

/** In the order that they come in: there is no column of this name. */
const AS_GIVEN: Sort = { key: 'given', down: false }

/** Queues of all systems in one table. */
export function QueueTable({ label, queues, hasReasons, group, isPast = false }: QueueTableProps) {
  const isNarrow = useNarrow()
  const grouping = useMemo(() => (group ? (queue: QueueView) => groupOf(queue, group) : undefined), [group])
  const columns = isPast ? PAST_COLUMNS : hasReasons ? WITH_REASONS : COLUMNS
  return (
    <DataTable
      label={label}
      columns={isNarrow ? narrowed(columns, isPast ? NARROW_PAST : NARROW_WIDTHS) : columns}
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
type Widths = Readonly<Record<string, string>>
const NARROW_WIDTHS: Widths = { queue: '52%', backlog: '24%', oldest: '24%' }
const NARROW_PAST: Widths = { queue: '52%', peak: '24%', oldest: '24%' }

function narrowed(columns: readonly Column<QueueView>[], widths: Widths): readonly Column<QueueView>[] {
  return columns.flatMap((column) => {
    const width = widths[column.key]
    return width === undefined ? [] : [{ ...column, width }]
  })
}

const WITH_REASONS = columnsOf(true)
const COLUMNS = columnsOf(false)
const PAST_COLUMNS = pastColumns(COLUMNS)

/** Workers are known of now alone; in their place is how much of the time the queue was read. */
function pastColumns(columns: readonly Column<QueueView>[]): readonly Column<QueueView>[] {
  const peak = figure('peak', 'Peak', '7%', ({ past }) => past?.backlogMax ?? null, count)
  const read = figure('read', 'Read', '7%', ({ past }) => past?.read ?? null, percent)
  return columns.flatMap((column) => {
    if (column.key === 'queue') return [{ ...column, width: '29%' }]
    if (column.key === 'backlog') return [{ ...column, width: '12%' }, peak]
    return column.key === 'workers' ? [read] : [column]
  })
}

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
  const { key, name, driver, services, attention, past } = queue
  return (
    <div className="min-w-0 max-sm:py-1.5">
      <div className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-0.5 sm:flex-nowrap">
        {past?.isGone ? (
          <span title={name} className="w-full min-w-0 truncate font-medium sm:w-auto">
            {name}
          </span>
        ) : (
          <PageLink
            to={{ page: 'queue', queue: key }}
            data-row=""
            title={name}
            className="row-link w-full min-w-0 font-medium sm:w-auto"
          >
            {name}
          </PageLink>
        )}
        <DriverBadge driver={driver} />
        <QueueMarks queue={queue} />
        {past?.isGone && <span className="label shrink-0">no longer reported</span>}
        <AlertMark of={{ queue: key }} />
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
const COUNTS: ReadonlySet<string> = new Set(['backlog', 'peak', 'active', 'delayed', 'failed'])

function figure(
  key: string,
  title: string,
  width: string,
  read: (queue: QueueView) => number | null,
  write: (value: number) => string,
  sampled?: (sample: QueueSample) => number | null,
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
          {sampled && (
            <span className="hidden w-16 shrink sm:block">
              <Sparkline
                values={pastOf(queue.samples, sampled, spacingOf(queue))}
                atLeast={key === 'backlog' ? 5 : 1}
              />
            </span>
          )}
          <span className={`whitespace-nowrap ${shade} ${sampled ? 'sm:min-w-14' : ''}`}>{text}</span>
        </span>
      )
    },
  }
}

/** The archive has a sample for each part of the time, with null where nothing was read. */
function spacingOf({ past }: QueueView): Spacing {
  return past ? Number.POSITIVE_INFINITY : 'samples'
}
