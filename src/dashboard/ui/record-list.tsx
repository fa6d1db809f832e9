import { type ReactNode, useState } from 'react'

const FIRST = 8

interface RecordListProps<T> {
  items: readonly T[]
  /** A keyed row. */
  row: (item: T) => ReactNode
  /** What to say when there is none. */
  empty: ReactNode
}

/** The newest rows, and the rest when asked. */
export function RecordList<T>({ items, row, empty }: RecordListProps<T>) {
  const [all, setAll] = useState(false)
  if (items.length === 0) return <div className="panel px-4 py-8">{empty}</div>
  return (
    <div className="panel overflow-hidden">
      <ul>{(all ? items : items.slice(0, FIRST)).map(row)}</ul>
      {items.length > FIRST && (
        <button
          type="button"
          className="w-full border-t border-line px-4 py-2.5 text-xs font-medium text-accent -outline-offset-2 hover:bg-raised"
          onClick={() => setAll(!all)}
        >
          {all ? 'Show fewer' : `Show ${items.length - FIRST} more`}
        </button>
      )}
    </div>
  )
}
