import { ChevronRight } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useState } from 'react'

interface RecordRowProps {
  summary: ReactNode
  /** A function is called when the row opens. */
  children: ReactNode | (() => ReactNode)
  /** Whether it is open at first. */
  isOpen?: boolean
}

/** A row that opens: what it is about in its summary, the rest inside. Escape closes it again. */
export function RecordRow({ summary, children, isOpen = false }: RecordRowProps) {
  const [wasOpened, setWasOpened] = useState(isOpen)
  return (
    <li className="row-idle border-b border-line last:border-b-0">
      <details
        className="group"
        open={isOpen}
        onToggle={({ currentTarget }) => currentTarget.open && setWasOpened(true)}
        onKeyDown={closeByEscape}
      >
        <summary data-row="" className="flex gap-2.5 px-4 py-3 -outline-offset-2 hover:bg-raised">
          <ChevronRight
            className="mt-0.5 size-4 shrink-0 text-soft motion-safe:transition-transform group-open:rotate-90"
            aria-hidden="true"
          />
          <div className="min-w-0 flex-1">{summary}</div>
        </summary>
        <div className="flex min-w-0 flex-col gap-3 px-4 pt-3 pb-4 sm:pl-10.5">
          {typeof children === 'function' ? wasOpened && children() : children}
        </div>
      </details>
    </li>
  )
}

function closeByEscape(event: KeyboardEvent<HTMLDetailsElement>): void {
  const details = event.currentTarget
  if (event.key !== 'Escape' || !details.open) return
  event.stopPropagation()
  details.open = false
  details.querySelector('summary')?.focus()
}
