import type { SeriesView } from '../../../api/services.js'
import { count, duration } from '../../ui/format.js'

/** The busiest routes or jobs in short, where there is no history to draw. */
export function Busiest({ series }: { series: readonly SeriesView[] }) {
  return (
    <ul className="flex min-h-26 flex-col justify-center">
      {series.map((one) => (
        <li key={`${one.queue} ${one.key}`} className="flex justify-between gap-4 border-t border-line py-1.5 text-xs">
          <span className="min-w-0 truncate font-mono">{one.key}</span>
          <span className="whitespace-nowrap text-soft">
            {count(one.count)} in 5 min · p95 {duration(one.p95)}
          </span>
        </li>
      ))}
    </ul>
  )
}
