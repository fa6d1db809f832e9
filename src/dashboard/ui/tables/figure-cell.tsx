import type { ReactNode } from 'react'
import { count, UNKNOWN } from '../format.js'
import type { Column } from './data-table.js'

/** A column of figures; a dash for the unknown. */
export function figureColumn<T>(
  title: string,
  width: string,
  read: (item: T) => number | null | undefined,
  write: (value: number, item: T) => ReactNode,
): Column<T> {
  return {
    key: title,
    title,
    width,
    value: (item) => read(item) ?? null,
    cell: (item) => {
      const value = read(item) ?? null
      return value === null ? <span className="text-soft">{UNKNOWN}</span> : write(value, item)
    },
  }
}

/** Pale when it is none, red when it is some. */
export function badCount(value: number): ReactNode {
  return <span className={value > 0 ? 'font-medium text-bad' : 'text-soft'}>{count(value)}</span>
}

/** Pale when it is none. */
export function quietCount(value: number): ReactNode {
  return <span className={value > 0 ? '' : 'text-soft'}>{count(value)}</span>
}
