import { useClock } from '../../api/hooks.js'
import { ago, exactTime } from '../../ui/format.js'

/** For how long, ticking; the exact beginning is its title. @param since Unix ms */
export function Lasting({ since }: { since: number }) {
  const words = useClock((now) => ago(now - since))
  return (
    <time
      dateTime={new Date(since).toISOString()}
      title={`Since ${exactTime(since)}`}
      className="whitespace-nowrap text-soft"
    >
      · {words === 'now' ? 'just now' : `for ${words.replace(/ ago$/, '')}`}
    </time>
  )
}
