import { type ReactNode, useId } from 'react'

interface SectionProps {
  title: string
  /** Beside the title. */
  aside?: ReactNode
  /** A link or a switch at the other end. */
  more?: ReactNode
  children: ReactNode
}

/** A named part of the page. */
export function Section({ title, aside, more, children }: SectionProps) {
  const id = useId()
  return (
    <section aria-labelledby={id} className="min-w-0">
      <div className="mb-3 flex items-baseline gap-3">
        <h2 id={id} className="text-base font-semibold tracking-tight">
          {title}
        </h2>
        {aside && <span className="label">{aside}</span>}
        {more && (
          <span className="ml-auto text-xs whitespace-nowrap font-medium text-accent [&_a]:hover:underline">
            {more}
          </span>
        )}
      </div>
      {children}
    </section>
  )
}
