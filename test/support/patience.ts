import { vi } from 'vitest'

/**
 * How long a test waits for a condition at the least, in ms: a machine that is busy with other things may take many times
 * as long as a quiet one, and a condition that is met ends the wait at once.
 */
export const PATIENCE_MS = 90_000

const { waitFor } = vi
vi.waitFor = (condition, options) => {
  const given = typeof options === 'number' ? { timeout: options } : options
  return waitFor(condition, { ...given, timeout: Math.max(PATIENCE_MS, given?.timeout ?? 0) })
}
