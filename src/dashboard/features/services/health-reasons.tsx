import type { HealthReason } from '../../../api/services.js'
import { sentence } from '../../ui/format.js'

/** What takes from a service's health, dearest first, with what each costs. */
export function HealthReasons({ reasons }: { reasons: readonly HealthReason[] }) {
  if (reasons.length === 0) return <p className="label mt-2">Nothing lowers it.</p>
  const dearestFirst = [...reasons].sort((a, b) => b.cost - a.cost)
  return (
    <ul className="mt-2 flex flex-col gap-1.5">
      {dearestFirst.map(({ text, cost }) => (
        <li key={text} className="flex justify-between gap-4 text-sm">
          <span className="min-w-0 break-words">{sentence(text)}</span>
          <span className="whitespace-nowrap text-soft">{cost > 0 ? `−${Math.round(cost)}` : ''}</span>
        </li>
      ))}
    </ul>
  )
}
