import type { ReactNode } from 'react'

interface WordmarkProps {
  /** Whether the word is left out where there is little room. */
  readonly isShort: boolean
  /** Beside the name. */
  readonly beside: ReactNode
  /** Below it: there it takes no room from the pages. */
  readonly below: ReactNode
}

/** An arc of sky with the star at its highest point. */
export function Wordmark({ isShort, beside, below }: WordmarkProps) {
  return (
    <span className="flex items-center gap-2.5 text-base font-semibold tracking-tight">
      <svg viewBox="0 0 32 32" className="size-7 shrink-0" aria-hidden="true">
        <path
          d="M4 26a12 12 0 0 1 24 0"
          fill="none"
          className="stroke-accent"
          strokeWidth="2.5"
          strokeLinecap="round"
        />
        <path
          d="M10.5 26a5.5 5.5 0 0 1 11 0"
          fill="none"
          className="stroke-accent-dim"
          strokeWidth="2.5"
          strokeLinecap="round"
        />
        <path d="M16 2l1.5 4.5L22 8l-4.5 1.5L16 14l-1.5-4.5L10 8l4.5-1.5z" className="fill-accent" />
      </svg>
      <span className="flex flex-col items-start gap-0.5 leading-tight">
        <span className="flex items-center gap-0.5">
          <span className={isShort ? 'sr-only min-[108rem]:not-sr-only' : ''}>Zenith</span>
          {beside}
        </span>
        {below}
      </span>
    </span>
  )
}
