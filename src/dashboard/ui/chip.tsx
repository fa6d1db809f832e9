import { X } from 'lucide-react'

interface ChipProps {
  /** What is narrowed: `Service`. */
  label: string
  /** To what: `shop-api`. */
  value: string
  /** Whether something is wrong with it. */
  isBad?: boolean
  onRemove: () => void
}

/** One thing that narrows what is shown; a click removes it. */
export function Chip({ label, value, isBad = false, onRemove }: ChipProps) {
  return (
    <button
      type="button"
      data-chip={label}
      title={`${label}: ${value}. Remove this filter`}
      className={`inline-flex min-h-7 max-w-full items-center gap-2 rounded-full border bg-panel py-1 pr-2 pl-3 text-xs hover:bg-raised ${isBad ? 'border-bad text-bad' : 'border-accent'}`}
      onClick={onRemove}
    >
      <span className="whitespace-nowrap text-soft">{label}</span>
      <span className="min-w-0 truncate font-mono">{value}</span>
      <span className="sr-only">Remove this filter</span>
      <X className="size-3.5 shrink-0 text-soft" aria-hidden="true" />
    </button>
  )
}
