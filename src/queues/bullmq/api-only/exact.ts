import { notPossible } from '../../shared/conditions.js'
/** @throws if numbers of a payload from the API may differ from the stored ones */
export function checkExact(data: unknown): void {
  if (holdsRounded(data))
    throw notPossible('Its payload holds a number larger than JavaScript’s are exact: BullMQ’s API may have rounded it')
}

/** Whether a number may differ from the stored one. Without recursion: a payload may be deeply nested. */
function holdsRounded(data: unknown): boolean {
  const values = [data]
  for (const value of values) {
    if (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER) return true
    if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) values.push(inner)
  }
  return false
}
