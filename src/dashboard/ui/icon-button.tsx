import type { ReactNode } from 'react'

interface IconButtonProps {
  label: string
  onClick: () => void
  children: ReactNode
}

export const ICON_BUTTON =
  'grid size-9 shrink-0 place-items-center rounded-lg border border-line bg-panel text-soft hover:border-line-strong hover:text-text'

/** A button that shows a sign only; its label is its title too. */
export function IconButton({ label, onClick, children }: IconButtonProps) {
  return (
    <button type="button" aria-label={label} title={label} className={ICON_BUTTON} onClick={onClick}>
      {children}
    </button>
  )
}
