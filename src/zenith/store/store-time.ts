import type { Reader } from '../../ports/index.js'

/** What the clock shows that all times of a store's records are by; this machine's where the store has none. Unix ms. */
export function timeOf(reader: Pick<Reader, 'now'>): number {
  return reader.now?.() ?? Date.now()
}
