import { useSyncExternalStore } from 'react'

/** Which jobs of a list are ticked. It is not in the URL: nobody wants to be sent ticks that no longer fit. */
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

const listeners = new Set<() => void>()
let current = NOTHING

/** @param of the list: its queue, state and search */
export function useSelection(of: string): Selection {
  const selection = useSyncExternalStore(subscribe, () => current)
  return selection.of === of ? selection : NOTHING
}

/** Ticks or unticks one job, or all up to it from the last that was. @param shown the list's ids in their order */
export function toggle(of: string, id: string, shown: readonly string[], isRange = false): void {
  const before = current.of === of ? current : NOTHING
  // One that is unticked while all are meant leaves those that can be seen.
  const ids = new Set(before.isAll ? shown : before.ids)
  const isOn = !ids.has(id)
  for (const one of isRange ? rangeOf(shown, before.anchor, id) : [id]) {
    if (isOn) ids.add(one)
    else ids.delete(one)
  }
  set({ of, ids, isAll: false, anchor: id })
}

/** Ticks all that are shown. */
export function tickShown(of: string, shown: readonly string[]): void {
  const before = current.of === of ? current.ids : NOTHING.ids
  set({ of, ids: new Set([...before, ...shown]), isAll: false, anchor: null })
}

/** Means all that match, seen or not. */
export function tickAll(of: string, shown: readonly string[]): void {
  set({ of, ids: new Set(shown), isAll: true, anchor: null })
}

/** @returns whether anything was ticked */
export function clearSelection(): boolean {
  const had = current.ids.size > 0
  set(NOTHING)
  return had
}

/** Without those that are gone from the list or were dealt with. */
export function untick(gone: readonly string[]): void {
  const ids = new Set(current.ids)
  for (const id of gone) ids.delete(id)
  set({ ...current, ids, isAll: false })
}

function rangeOf(shown: readonly string[], from: string | null, to: string): readonly string[] {
  const [a, b] = [shown.indexOf(from ?? to), shown.indexOf(to)]
  return a < 0 || b < 0 ? [to] : shown.slice(Math.min(a, b), Math.max(a, b) + 1)
}

function set(next: Selection): void {
  current = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
