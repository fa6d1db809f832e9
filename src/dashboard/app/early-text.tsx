import { useLayoutEffect, useRef } from 'react'

/** What was typed before the palette was loaded. */
let early = ''

/** Stands for the palette while it is being loaded: a reader who types at once loses no letter. */
export function EarlyText() {
  const input = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => {
    // The palette gives the focus back to where it was before.
    const before = document.activeElement
    input.current?.focus()
    return () => (before as HTMLElement | null)?.focus()
  }, [])
  return (
    <input
      ref={input}
      aria-label="Search"
      className="sr-only"
      onChange={({ target }) => {
        early = target.value
      }}
    />
  )
}

/** @returns it once */
export function takeEarlyText(): string {
  const text = early
  early = ''
  return text
}
