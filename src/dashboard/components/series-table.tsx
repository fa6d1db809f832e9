import type { SeriesView } from '../../protocol/overview.js'
import { count, duration } from '../format.js'

interface SeriesTableProps {
  /** `Route` or `Job`. */
  title: string
  series: readonly SeriesView[]
  /** What its errors are called. */
  failed: string
}

/** Routes or jobs with their figures, the busiest first. */
export function SeriesTable({ title, series, failed }: SeriesTableProps) {
  const most = Math.max(1, ...series.map((one) => one.count))
  const head = ['count', failed, ...(title === 'Route' ? ['aborted'] : []), 'p50', 'p95', 'p99']
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section aria-label={`${title}s`} tabIndex={0} className="overflow-x-auto">
      <table className="w-full text-right">
        <thead className="label">
          <tr>
            <th scope="col" className="pb-2 text-left font-normal">
              {title}
            </th>
            {head.map((name) => (
              <th key={name} scope="col" className="pb-2 pl-4 font-normal">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {series.map((one) => (
            <SeriesRow key={`${one.queue} ${one.key}`} one={one} most={most} isRoute={title === 'Route'} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

function SeriesRow({ one, most, isRoute }: { one: SeriesView; most: number; isRoute: boolean }) {
  return (
    <tr className="border-t border-line">
      <th scope="row" className="max-w-md min-w-48 py-2 text-left font-normal">
        <span className="font-mono text-[0.8125rem] break-all">{one.key}</span>
        {one.queue && <span className="label"> of {one.queue}</span>}
        <span
          className="mt-1 block h-0.5 rounded-full bg-accent/60"
          style={{ width: `${(one.count / most) * 100}%` }}
        />
      </th>
      <td className="pl-4">{count(one.count)}</td>
      <td className={`pl-4 ${one.errors > 0 ? 'font-medium text-bad' : 'text-soft'}`}>{count(one.errors)}</td>
      {isRoute && <td className={`pl-4 ${one.aborted > 0 ? '' : 'text-soft'}`}>{count(one.aborted)}</td>}
      <td className="pl-4 whitespace-nowrap">{duration(one.p50)}</td>
      <td className="pl-4 whitespace-nowrap">{duration(one.p95)}</td>
      <td className="pl-4 whitespace-nowrap">{duration(one.p99)}</td>
    </tr>
  )
}
