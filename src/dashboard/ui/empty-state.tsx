import type { ReactNode } from 'react'

/** Nothing here, and what would change that. */
export function EmptyState({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="mx-auto max-w-md text-center">
      <p className="font-medium">{title}</p>
      <div className="mt-1 text-xs leading-5 text-soft [&_code]:rounded [&_code]:bg-raised [&_code]:px-1 [&_code]:py-0.5 [&_code]:font-mono [&_code]:text-text">
        {children}
      </div>
    </div>
  )
}
