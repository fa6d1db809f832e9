import type { ReactNode } from 'react'

/** A short fact about a row. */
export function Tag({
  children,
  title,
  isWarning = false,
}: {
  children: ReactNode
  title?: string
  isWarning?: boolean
}) {
  return (
    <span
      title={title}
      className={`inline-flex max-w-full items-center gap-1 rounded-md px-1.5 py-0.5 text-xs ${isWarning ? 'bg-warn-wash font-medium text-warn' : 'bg-raised text-soft'}`}
    >
      {children}
    </span>
  )
}
