import { type RefObject, useLayoutEffect, useState } from 'react'

/** So many rows beyond each edge are drawn, so that scrolling shows no emptiness and `j` finds the next. */
const BEYOND = 12

export interface RowWindow {
  first: number
  /** Not included. */
  end: number
}

/**
 * Which rows of a long list can be seen in the box that scrolls it.
 *
 * @param rowHeight px, of every row
 * @param few lists of no more rows are drawn whole
 */
export function useWindow(
  box: RefObject<HTMLElement | null>,
  count: number,
  rowHeight: number,
  few: number,
): RowWindow {
  const [range, setRange] = useState<RowWindow>({ first: 0, end: few })
  const isLong = count > few
  useLayoutEffect(() => {
    const scroller = box.current
    if (!isLong || !scroller) return
    const look = () => {
      const first = Math.max(0, Math.floor(scroller.scrollTop / rowHeight) - BEYOND)
      const end = Math.ceil((scroller.scrollTop + scroller.clientHeight) / rowHeight) + BEYOND
      // Only every few rows: a smooth scroll must not draw for each.
      setRange((before) => (covers(before, first, end) ? before : { first, end }))
    }
    look()
    scroller.addEventListener('scroll', look, { passive: true })
    window.addEventListener('resize', look)
    return () => {
      scroller.removeEventListener('scroll', look)
      window.removeEventListener('resize', look)
    }
  }, [isLong, box, rowHeight])
  if (!isLong) return { first: 0, end: count }
  return { first: Math.min(range.first, count), end: Math.min(range.end, count) }
}

function covers(range: RowWindow, first: number, end: number): boolean {
  const slack = BEYOND / 2
  return Math.abs(range.first - first) < slack && Math.abs(range.end - end) < slack
}
