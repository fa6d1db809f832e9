import { useMemo } from 'react'
import type { JobRuns } from '../../../api/queue-runs.js'
import { changePage, usePage } from '../../routing/route.js'
import { count, duration, perMinute } from '../../ui/format.js'
import { type Column, DataTable } from '../../ui/tables/data-table.js'
import { badCount, figureColumn } from '../../ui/tables/figure-cell.js'

/** The jobs of a queue by name, the busiest first. Choosing one narrows the charts to it. */
export function RunTable({ jobs, hasServices }: { jobs: readonly JobRuns[]; hasServices: boolean }) {
  const columns = useMemo(() => columnsOf(hasServices), [hasServices])
  if (jobs.length === 0) return <p className="label">None ran in this period.</p>
  return (
    <DataTable
      label="Jobs by name"
      columns={columns}
      items={jobs}
      keyOf={({ service, name }) => `${service} ${name}`}
      sort={{ key: 'Ran', down: true }}
      minWidth="56rem"
    />
  )
}

function columnsOf(hasServices: boolean): readonly Column<JobRuns>[] {
  const ms = (value: number) => duration(value)
  return [
    {
      key: 'name',
      title: 'Job',
      isText: true,
      width: '24%',
      value: ({ name }) => name,
      cell: (job) => <JobName job={job} hasService={hasServices} />,
    },
    figureColumn('Ran', '8%', ({ count: ran }) => ran, count),
    figureColumn('Per minute', '10%', (job) => job.perMinute, perMinute),
    figureColumn('Failed', '8%', ({ errors }) => errors, badCount),
    figureColumn('p50', '8%', ({ run }) => run.p50, ms),
    figureColumn('p95', '8%', ({ run }) => run.p95, ms),
    figureColumn('p99', '8%', ({ run }) => run.p99, ms),
    figureColumn('Max', '8%', ({ run }) => run.max, ms),
    figureColumn('Wait p50', '9%', ({ wait }) => wait.p50, ms),
    figureColumn('Wait p95', '9%', ({ wait }) => wait.p95, ms),
  ]
}

function JobName({ job: { name, service }, hasService }: { job: JobRuns; hasService: boolean }) {
  const { series } = usePage('queue')
  const isChosen = series === name
  return (
    <button
      type="button"
      aria-pressed={isChosen}
      data-row=""
      title={name}
      className={`row-link w-full truncate text-left font-mono ${isChosen ? 'font-semibold text-accent' : ''}`}
      onClick={() => changePage('queue', { series: isChosen ? '' : name })}
    >
      {name}
      {hasService && <span className="label font-sans"> in {service}</span>}
    </button>
  )
}
