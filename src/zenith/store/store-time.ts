import type { Reader } from '../../ports/index.js'

/** Time by the clock of the store's records; by this machine's where the store has none. Unix ms. */
export function timeOf(reader: Pick<Reader, 'now'>): number {
  return reader.now?.() ?? Date.now()
}
