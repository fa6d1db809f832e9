import { useClock } from '../api/hooks.js'
import { ago, exactTime, UNKNOWN, until } from './format.js'

/** What a Date can hold: a job may claim any time, ms. */
const LAST = 8.64e15

/** How long ago, or how soon, ticking; the exact time is its title. @param at Unix ms */
export function Moment({ at: told, before = '' }: { at: number | null; before?: string }) {
  const at = told !== null && Math.abs(told) <= LAST ? told : null
  const words = useClock((now) => (at === null ? '' : at > now ? until(at - now) : ago(now - at)))
  if (at === null) return <span className="text-soft">{UNKNOWN}</span>
  return (
    <time dateTime={new Date(at).toISOString()} title={exactTime(at)} className="whitespace-nowrap">
      {before}
      {words}
    </time>
  )
}
