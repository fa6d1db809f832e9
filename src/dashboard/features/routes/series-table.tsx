import { useMemo } from 'react'
import type { SeriesView } from '../../../api/services.js'
import { changePage, usePage } from '../../routing/route.js'
import { count, duration } from '../../ui/format.js'
import { type Column, DataTable } from '../../ui/tables/data-table.js'
import { badCount, figureColumn, quietCount } from '../../ui/tables/figure-cell.js'

interface SeriesTableProps {
  /** `Route` or `Job`. */
  title: 'Route' | 'Job'
  series: readonly SeriesView[]
}

/** Routes or jobs with their figures, the busiest first. Choosing one narrows the lists beneath to it. */
export function SeriesTable({ title, series }: SeriesTableProps) {
  const columns = useMemo(() => columnsOf(title, series), [title, series])
  return (
    <DataTable
      label={`${title}s`}
      columns={columns}
      items={series}
      keyOf={(one) => `${one.queue} ${one.key}`}
      sort={{ key: 'Count', down: true }}
      minWidth="40rem"
    />
  )
}

function columnsOf(title: 'Route' | 'Job', series: readonly SeriesView[]): readonly Column<SeriesView>[] {
  const most = series.reduce((max, one) => Math.max(max, one.count), 1)
  const ms = (value: number) => duration(value)
  return [
    {
      key: 'key',
      title,
      isText: true,
      width: '38%',
      value: (one) => one.key,
      cell: (one) => <SeriesName one={one} share={one.count / most} />,
    },
    figureColumn('Count', '11%', (one) => one.count, count),
    figureColumn(title === 'Route' ? 'Errors' : 'Failed', '10%', (one) => one.errors, badCount),
    title === 'Route'
      ? figureColumn<SeriesView>('Aborted', '10%', (one) => one.aborted, quietCount)
      : figureColumn<SeriesView>('Stalled', '10%', (one) => one.stalled, badCount),
    figureColumn('p50', '9%', (one) => one.p50, ms),
    figureColumn('p95', '9%', (one) => one.p95, ms),
    figureColumn('p99', '9%', (one) => one.p99, ms),
  ]
}

function SeriesName({ one, share }: { one: SeriesView; share: number }) {
  const { series } = usePage('service')
  const isChosen = series === one.key
  return (
    <button
      type="button"
      aria-pressed={isChosen}
      data-row=""
      title={one.key}
      className={`row-link relative w-full pt-1 pb-1.5 text-left font-mono ${isChosen ? 'font-semibold text-accent' : ''}`}
      onClick={() => changePage('service', { series: isChosen ? '' : one.key })}
    >
      {one.key}
      {one.queue && <span className="label font-sans"> of {one.queue}</span>}
      <span className="absolute bottom-0 left-0 h-0.5 rounded-full bg-accent/50" style={{ width: `${share * 100}%` }} />
    </button>
  )
}
