import { type RefObject, useLayoutEffect, useState } from 'react'

/** So many rows beyond each edge of the screen are drawn, so that scrolling shows no emptiness and `j` finds the next. */
const BEYOND = 12

export interface RowWindow {
  first: number
  /** Not included. */
  end: number
}

/**
 * Which rows of a long list can be seen, as the page scrolls.
 *
 * @param list its top edge is the first row's
 * @param rowHeight px, of every row
 */
export function useWindow(
  list: RefObject<HTMLElement | null>,
  count: number,
  rowHeight: number,
  few: number,
): RowWindow {
  const [range, setRange] = useState<RowWindow>({ first: 0, end: few })
  const isLong = count > few
  useLayoutEffect(() => {
    if (!isLong) return
    const look = () => {
      const top = list.current?.getBoundingClientRect().top ?? 0
      const first = Math.max(0, Math.floor(-top / rowHeight) - BEYOND)
      const end = Math.max(few, Math.ceil((window.innerHeight - top) / rowHeight) + BEYOND)
      // Only every few rows: a smooth scroll must not draw for each.
      setRange((before) => (covers(before, first, end) ? before : { first, end }))
    }
    look()
    window.addEventListener('scroll', look, { passive: true })
    window.addEventListener('resize', look)
    return () => {
      window.removeEventListener('scroll', look)
      window.removeEventListener('resize', look)
    }
  }, [isLong, list, rowHeight, few])
  if (!isLong) return { first: 0, end: count }
  return { first: Math.min(range.first, count), end: Math.min(range.end, count) }
}

function covers(range: RowWindow, first: number, end: number): boolean {
  const slack = BEYOND / 2
  return Math.abs(range.first - first) < slack && Math.abs(range.end - end) < slack
}
