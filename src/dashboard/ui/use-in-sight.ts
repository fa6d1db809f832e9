import { type RefObject, useEffect, useRef } from 'react'

/** Room before it, px, so that one sees that there is more. */
const BEFORE = 60

/** Scrolls a row of links that is too wide so far that the current one is seen. @param chosen changes with it */
export function useInSight(chosen: string): RefObject<HTMLElement | null> {
  const row = useRef<HTMLElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the current entry is what it follows
  useEffect(() => {
    const current = row.current?.querySelector<HTMLElement>('[aria-current]')
    if (row.current && current) row.current.scrollLeft = current.offsetLeft - row.current.offsetLeft - BEFORE
  }, [chosen])
  return row
}
