import { useClock } from '../api/hooks.js'
import { ago, exactTime } from './format.js'

/** How long ago, ticking; the exact time is its title. @param at Unix ms */
export function Ago({ at, before = '' }: { at: number; before?: string }) {
  const words = useClock((now) => ago(now - at))
  return (
    <time dateTime={new Date(at).toISOString()} title={exactTime(at)} className="whitespace-nowrap">
      {before}
      {words}
    </time>
  )
}
