/** The newest `size` values, in no order. */
export interface Ring<T> {
  push(value: T): void
  readonly values: readonly T[]
}

export function ring<T>(size: number): Ring<T> {
  const values: T[] = []
  let next = 0
  return {
    values,
    push(value) {
      values[next] = value
      next = (next + 1) % size
    },
  }
}

/** How much of two spans is common, ms. */
export function overlap(a: { from: number; to: number }, b: { from: number; to: number }): number {
  return Math.max(0, Math.min(a.to, b.to) - Math.max(a.from, b.from))
}
