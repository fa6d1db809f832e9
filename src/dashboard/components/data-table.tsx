import { ArrowDown, ArrowUp } from 'lucide-react'
import { memo, type ReactNode, useMemo, useRef, useState } from 'react'
import { byName } from '../view/groups.js'
import { useWindow } from './use-window.js'

export interface Column<T> {
  key: string
  title: string
  /** What it sorts by; null goes last. Without it the column sorts nothing. */
  value?: (item: T) => string | number | null
  cell: (item: T) => ReactNode
  /** CSS width. */
  width: string
  isText?: boolean
}

export interface Sort {
  key: string
  down: boolean
}

interface DataTableProps<T> {
  label: string
  columns: readonly Column<T>[]
  items: readonly T[]
  keyOf: (item: T) => string
  /** How it is sorted until a heading is pressed. */
  sort: Sort
  /** The narrowest it gets before it scrolls sideways, a CSS length. */
  minWidth: string
  /** More about a row, for CSS: `data-state`. */
  stateOf?: (item: T) => string | undefined
}

const ROW_HEIGHT = 37
/** Longer tables scroll in a box of their own, and draw only the rows that can be seen in it. */
const FEW = 30

/** A dense table that sorts by any of its headings. Rows are drawn again only when their item changed. */
export function DataTable<T>(props: DataTableProps<T>) {
  const { label, columns, items, keyOf, minWidth, stateOf } = props
  const [sort, setSort] = useState(props.sort)
  const sorted = useMemo(() => sortItems(items, columns, sort), [items, columns, sort])
  const box = useRef<HTMLDivElement>(null)
  const { first, end } = useWindow(box, sorted.length, ROW_HEIGHT, FEW)
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields
    <div
      ref={box}
      role="group"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className={`panel overflow-auto ${sorted.length > FEW ? 'max-h-[min(40rem,75dvh)]' : ''}`}
    >
      <table className="w-full table-fixed text-[0.8125rem]" style={{ minWidth }} aria-rowcount={sorted.length + 1}>
        <colgroup>
          {columns.map(({ key, width }) => (
            <col key={key} style={{ width }} />
          ))}
        </colgroup>
        <thead className="sticky top-0 z-10 bg-panel">
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <Heading key={column.key} column={column} sort={sort} onSort={setSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          <Gap rows={first} columns={columns.length} />
          {sorted.slice(first, end).map((item, index) => (
            <Row
              key={keyOf(item)}
              item={item}
              columns={columns as readonly Column<unknown>[]}
              index={first + index + 2}
              state={stateOf?.(item)}
            />
          ))}
          <Gap rows={sorted.length - end} columns={columns.length} />
        </tbody>
      </table>
    </div>
  )
}

/** As high as the rows that are not drawn. */
function Gap({ rows, columns }: { rows: number; columns: number }) {
  if (rows <= 0) return null
  return (
    <tr>
      <td colSpan={columns} style={{ height: rows * ROW_HEIGHT }} />
    </tr>
  )
}

interface RowProps {
  item: unknown
  columns: readonly Column<unknown>[]
  index: number
  state: string | undefined
}

const Row = memo(function Row({ item, columns, index, state }: RowProps) {
  return (
    <tr aria-rowindex={index} data-state={state} className="group/row h-[37px] border-t border-line hover:bg-raised">
      {columns.map(({ key, cell, isText }, place) => {
        const align = `truncate px-2.5 first:pl-4 last:pr-4 ${isText ? 'text-left' : 'text-right'}`
        return place === 0 ? (
          <th key={key} scope="row" className={`${align} font-normal`}>
            {cell(item)}
          </th>
        ) : (
          <td key={key} className={align}>
            {cell(item)}
          </td>
        )
      })}
    </tr>
  )
})

interface HeadingProps<T> {
  column: Column<T>
  sort: Sort
  onSort: (sort: Sort) => void
}

function Heading<T>({ column: { key, title, value, isText }, sort, onSort }: HeadingProps<T>) {
  const isSorted = sort.key === key
  const side = isText ? 'text-left' : 'text-right'
  const Arrow = sort.down ? ArrowDown : ArrowUp
  return (
    <th
      scope="col"
      aria-sort={isSorted ? (sort.down ? 'descending' : 'ascending') : undefined}
      className={`label px-2.5 py-2 font-normal first:pl-4 last:pr-4 ${side}`}
    >
      {value ? (
        <button
          type="button"
          className={`inline-flex max-w-full items-center gap-1 rounded hover:text-text ${isSorted ? 'text-text' : ''} ${isText ? '' : 'flex-row-reverse'}`}
          // Names go up first, figures down: the highest are looked for.
          onClick={() => onSort({ key, down: isSorted ? !sort.down : !isText })}
        >
          <span className="truncate">{title}</span>
          {isSorted && <Arrow className="size-3 shrink-0" aria-hidden="true" />}
        </button>
      ) : (
        title
      )}
    </th>
  )
}

function sortItems<T>(items: readonly T[], columns: readonly Column<T>[], sort: Sort): readonly T[] {
  const value = columns.find(({ key }) => key === sort.key)?.value
  if (!value) return items
  const sign = sort.down ? -1 : 1
  return items
    .map((item) => ({ item, value: value(item) }))
    .sort((a, b) => compare(a.value, b.value, sign))
    .map(({ item }) => item)
}

/** The unknown comes last, whichever way it goes. */
function compare(a: string | number | null, b: string | number | null, sign: number): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1
  if (typeof a === 'number' && typeof b === 'number') return (a - b) * sign
  return byName(String(a), String(b)) * sign
}
