import { createStore, useStore } from '../../api/store.js'

/** Which jobs of a list are selected. It is not in the URL: nobody wants to be sent a selection that no longer fits. */
export interface Selection {
  /** Of which list: another one begins with nothing. */
  readonly of: string
  readonly ids: ReadonlySet<string>
  /** Whether all that match are meant, seen or not. */
  readonly isAll: boolean
  /** Where a range begins. */
  readonly anchor: string | null
}

const NOTHING: Selection = { of: '', ids: new Set(), isAll: false, anchor: null }

const current = createStore(NOTHING)

/** @param of the list: its queue, state and search */
export function useSelection(of: string): Selection {
  const selection = useStore(current)
  return selection.of === of ? selection : NOTHING
}

/** Selects or deselects one job, or all up to it from the last that was. @param shown the list's ids in their order */
export function toggle(of: string, id: string, shown: readonly string[], isRange = false): void {
  const before = selectionOf(of)
  // One that is deselected while all are meant leaves those that can be seen.
  const ids = new Set(before.isAll ? shown : before.ids)
  const isOn = !ids.has(id)
  for (const one of isRange ? rangeOf(shown, before.anchor, id) : [id]) {
    if (isOn) ids.add(one)
    else ids.delete(one)
  }
  current.set({ of, ids, isAll: false, anchor: id })
}

/** Selects all that are shown. */
export function selectShown(of: string, shown: readonly string[]): void {
  const before = selectionOf(of).ids
  current.set({ of, ids: new Set([...before, ...shown]), isAll: false, anchor: null })
}

/** Selects all that match, seen or not. */
export function selectAll(of: string, shown: readonly string[]): void {
  current.set({ of, ids: new Set(shown), isAll: true, anchor: null })
}

/** @returns whether anything was selected */
export function clearSelection(): boolean {
  const had = current.get().ids.size > 0
  current.set(NOTHING)
  return had
}

/** Without those that are gone from the list or were dealt with. */
export function deselect(gone: readonly string[]): void {
  const ids = new Set(current.get().ids)
  for (const id of gone) ids.delete(id)
  current.set({ ...current.get(), ids, isAll: false })
}

function selectionOf(list: string): Selection {
  const selection = current.get()
  return selection.of === list ? selection : NOTHING
}

function rangeOf(shown: readonly string[], from: string | null, to: string): readonly string[] {
  const [a, b] = [shown.indexOf(from ?? to), shown.indexOf(to)]
  return a < 0 || b < 0 ? [to] : shown.slice(Math.min(a, b), Math.max(a, b) + 1)
}
