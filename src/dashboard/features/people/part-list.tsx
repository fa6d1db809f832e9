import { Plus } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { Button } from '../../ui/button.js'
import { EmptyState } from '../../ui/empty-state.js'
import { MoreButton } from '../../ui/more-button.js'

const STEP = 100

interface PartListProps<T> {
  /** Of the list, for screen readers. */
  label: string
  /** What one is called. */
  what: string
  items: readonly T[]
  /** Those of the items that are searched for. */
  shown: readonly T[]
  rowOf: (item: T) => ReactNode
  /** On the button that adds one; null without it. */
  add: string | null
  onAdd?: () => void
  /** What to say where there is none. */
  empty: readonly [title: string, words: ReactNode]
}

/** The list of a part of the page, with the button that adds to it. */
export function PartList<T>({ label, what, items, shown, rowOf, add, onAdd, empty }: PartListProps<T>) {
  const [most, setMost] = useState(STEP)
  const [title, words] = empty
  return (
    <>
      {add && (
        <div>
          <Button className="h-9" onClick={onAdd}>
            <Plus className="size-3.5" aria-hidden="true" />
            {add}
          </Button>
        </div>
      )}
      {shown.length > 0 ? (
        <ul className="panel overflow-hidden" aria-label={label}>
          {shown.slice(0, most).map(rowOf)}
        </ul>
      ) : (
        <div className="panel px-4 py-12">
          <EmptyState title={items.length === 0 ? title : 'Nothing matches the search'}>
            {items.length === 0 && words}
          </EmptyState>
        </div>
      )}
      <MoreButton
        rest={shown.length - most}
        step={STEP}
        what={what}
        many={`${what}s`}
        onMore={() => setMost(most + STEP)}
      />
    </>
  )
}
