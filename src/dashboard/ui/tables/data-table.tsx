import { ArrowDown, ArrowUp, ChevronRight } from 'lucide-react'
import { memo, type ReactNode, useMemo, useRef, useState } from 'react'
import { byName, groupBy } from '../groups.js'
import { followRow } from './follow-row.js'
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
  /** Whether the title is there for screen readers only. */
  hideTitle?: boolean
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
  /** px, of every row; 37 without it. */
  rowHeight?: number
  /** Puts items of one name together, below a heading that folds them away. The same function as long as it is one grouping. */
  groupOf?: ((item: T) => string) | undefined
  /** What a heading says of its items. */
  groupNote?: (items: readonly T[]) => string
}

const ROW_HEIGHT = 37
/** Longer tables scroll in a box of their own, and draw only the rows that can be seen in it. */
const FEW = 30

/** A dense table that sorts by any of its headings. Rows are drawn again only when their item changed. */
export function DataTable<T>(props: DataTableProps<T>) {
  const { label, columns, items, keyOf, minWidth, stateOf, rowHeight = ROW_HEIGHT, groupOf, groupNote } = props
  const [sort, setSort] = useState(props.sort)
  const [folded, setFolded] = useState<ReadonlySet<string>>(NONE)
  const sorted = useMemo(() => sortItems(items, columns, sort), [items, columns, sort])
  const lines = useMemo(() => linesOf(sorted, groupOf, folded), [sorted, groupOf, folded])
  const box = useRef<HTMLDivElement>(null)
  const { first, end } = useWindow(box, lines.length, rowHeight, FEW)
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields
    <div
      ref={box}
      role="group"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className={`panel overflow-auto ${lines.length > FEW ? 'max-h-[min(40rem,75dvh)]' : ''}`}
    >
      <table className="w-full table-fixed text-[0.8125rem]" style={{ minWidth }} aria-rowcount={lines.length + 1}>
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
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: what a row leads to is a link or a button, which has the keys */}
        <tbody onClick={followRow} onAuxClick={followRow}>
          <Gap height={first * rowHeight} columns={columns.length} />
          {lines
            .slice(first, end)
            .map((line, index) =>
              'group' in line ? (
                <GroupHeading
                  key={`group ${line.group}`}
                  line={line}
                  note={groupNote?.(line.items) ?? ''}
                  columns={columns.length}
                  index={first + index + 2}
                  height={rowHeight}
                  onFold={() => setFolded(toggled(folded, line.group))}
                />
              ) : (
                <Row
                  key={keyOf(line.item)}
                  item={line.item}
                  columns={columns as readonly Column<unknown>[]}
                  index={first + index + 2}
                  height={rowHeight}
                  state={stateOf?.(line.item)}
                />
              ),
            )}
          <Gap height={(lines.length - end) * rowHeight} columns={columns.length} />
        </tbody>
      </table>
    </div>
  )
}

/** As high as the rows that are not drawn. */
function Gap({ height, columns }: { height: number; columns: number }) {
  if (height <= 0) return null
  return (
    <tr>
      <td colSpan={columns} style={{ height }} />
    </tr>
  )
}

interface GroupLine<T> {
  group: string
  items: readonly T[]
  isFolded: boolean
}

interface GroupHeadingProps<T> {
  line: GroupLine<T>
  note: string
  columns: number
  index: number
  height: number
  onFold: () => void
}

function GroupHeading<T>({
  line: { group, items, isFolded },
  note,
  columns,
  index,
  height,
  onFold,
}: GroupHeadingProps<T>) {
  return (
    <tr aria-rowindex={index} className="border-t border-line bg-raised" style={{ height }}>
      <th scope="rowgroup" colSpan={columns} className="px-2.5 text-left font-normal">
        <button
          type="button"
          aria-expanded={!isFolded}
          data-row=""
          className="inline-flex max-w-full items-center gap-2 rounded-sm hover:text-accent"
          onClick={onFold}
        >
          <ChevronRight
            className={`size-3.5 shrink-0 text-soft motion-safe:transition-transform ${isFolded ? '' : 'rotate-90'}`}
            aria-hidden="true"
          />
          <span className="truncate font-semibold">{group}</span>
          <span className="label whitespace-nowrap">
            {items.length}
            {note && ` · ${note}`}
          </span>
        </button>
      </th>
    </tr>
  )
}

interface RowProps {
  item: unknown
  columns: readonly Column<unknown>[]
  index: number
  height: number
  state: string | undefined
}

const Row = memo(function Row({ item, columns, index, height, state }: RowProps) {
  return (
    <tr
      aria-rowindex={index}
      data-state={state}
      className="group/row border-t border-line hover:bg-raised has-[[data-row]]:cursor-pointer"
      style={{ height }}
    >
      {columns.map(({ key, cell, isText }, place) => {
        const align = `truncate px-2.5 first:pl-4 last:pr-4 ${isText ? 'text-left' : 'text-right'}`
        return place === 0 ? (
          <th key={key} scope="row" className={`${align} sticky left-0 bg-panel font-normal group-hover/row:bg-raised`}>
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

function Heading<T>({ column: { key, title, value, isText, hideTitle }, sort, onSort }: HeadingProps<T>) {
  const isSorted = sort.key === key
  const side = isText ? 'text-left' : 'text-right'
  const Arrow = sort.down ? ArrowDown : ArrowUp
  return (
    <th
      scope="col"
      aria-sort={isSorted ? (sort.down ? 'descending' : 'ascending') : undefined}
      className={`label px-2.5 py-2 font-normal first:sticky first:left-0 first:bg-panel first:pl-4 last:pr-4 ${side}`}
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
        <span className={hideTitle ? 'sr-only' : ''}>{title}</span>
      )}
    </th>
  )
}

const NONE: ReadonlySet<string> = new Set()

function toggled(names: ReadonlySet<string>, name: string): ReadonlySet<string> {
  const next = new Set(names)
  if (!next.delete(name)) next.add(name)
  return next
}

/** Rows in their order; with groups, those of one below its heading, the groups by name. */
function linesOf<T>(
  items: readonly T[],
  groupOf: ((item: T) => string) | undefined,
  folded: ReadonlySet<string>,
): readonly (GroupLine<T> | { item: T })[] {
  if (!groupOf) return items.map((item) => ({ item }))
  return [...groupBy(items, groupOf)]
    .sort(([a], [b]) => byName(a, b))
    .flatMap(([group, members]) => {
      const isFolded = folded.has(group)
      return [{ group, items: members, isFolded }, ...(isFolded ? [] : members.map((item) => ({ item })))]
    })
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
