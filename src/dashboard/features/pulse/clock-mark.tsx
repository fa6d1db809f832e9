import { ClockAlert } from 'lucide-react'
import { CLOCK_TOLERANCE_MS, clockInWords } from '../../../protocol/clock.js'

/** `clock 1 h ahead`; nothing where the clock is right, or where nobody can tell. @param ahead ms */
export function ClockMark({ ahead }: { ahead: number | null }) {
  if (ahead === null || Math.abs(ahead) < CLOCK_TOLERANCE_MS) return null
  return (
    <span
      title="Compared with the store’s clock, which all times use"
      className="inline-flex shrink-0 items-center gap-1 rounded-md bg-warn-wash px-2 py-0.5 align-middle text-xs font-medium whitespace-nowrap text-warn"
    >
      <ClockAlert className="size-3.5" aria-hidden="true" />
      clock {clockInWords(ahead)}
    </span>
  )
}
