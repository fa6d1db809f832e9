import { ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'

interface OpenRowProps {
  /** What it is about, for screen readers. */
  label: string
  isOpen: boolean
  onToggle: () => void
  /** May have links and buttons of its own. */
  summary: ReactNode
  children: () => ReactNode
}

/** A row that opens; which one is open is in the URL. */
export function OpenRow({ label, isOpen, onToggle, summary, children }: OpenRowProps) {
  return (
    <li className="border-b border-line last:border-b-0">
      <div className="flex gap-2.5 px-4 py-3">
        <button
          type="button"
          data-row=""
          aria-expanded={isOpen}
          aria-label={`Details of ${label}`}
          className="-m-1 grid size-7 shrink-0 place-items-center rounded-md text-soft hover:bg-raised hover:text-text"
          onClick={onToggle}
        >
          <ChevronRight
            className={`size-4 motion-safe:transition-transform ${isOpen ? 'rotate-90' : ''}`}
            aria-hidden="true"
          />
        </button>
        <div className="min-w-0 flex-1">{summary}</div>
      </div>
      {isOpen && <div className="flex min-w-0 flex-col gap-4 px-4 pt-1 pb-4 sm:pl-12">{children()}</div>}
    </li>
  )
}
