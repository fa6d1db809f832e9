import { Search } from 'lucide-react'
import type { KeyboardEvent } from 'react'

interface SearchFieldProps {
  /** What it does, for screen readers. */
  label: string
  placeholder: string
  value: string
  /** Whether it narrows what is shown now. */
  isActive: boolean
  /** Whether `/` goes to it from anywhere. A page has one such field. */
  hasKey?: boolean
  maxLength?: number
  /** How wide it may be. */
  className: string
  onChange: (text: string) => void
  onEnter?: () => void
  /** Takes the text and what it narrowed back. */
  onClear: () => void
}

/** Where a text is typed. Escape empties it, and then leaves it. */
export function SearchField(props: SearchFieldProps) {
  const {
    label,
    placeholder,
    value,
    isActive,
    hasKey = false,
    maxLength,
    className,
    onChange,
    onEnter,
    onClear,
  } = props
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Enter') onEnter?.()
    if (event.key !== 'Escape') return
    event.preventDefault()
    event.stopPropagation()
    if (value || isActive) onClear()
    else event.currentTarget.blur()
  }
  return (
    <label className={`relative flex-1 ${className}`}>
      <span className="sr-only">{label}</span>
      <Search className="pointer-events-none absolute top-2.5 left-3 size-4 text-soft" aria-hidden="true" />
      <input
        id={hasKey ? 'filter' : undefined}
        type="text"
        maxLength={maxLength}
        value={value}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        className={`h-9 w-full rounded-lg border bg-panel pl-9 placeholder:text-soft hover:border-line-strong ${hasKey ? 'pr-9' : 'pr-3'} ${isActive ? 'border-accent' : 'border-line'}`}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {hasKey && (
        <span className="key pointer-events-none absolute top-2 right-2.5" aria-hidden="true">
          /
        </span>
      )}
    </label>
  )
}
