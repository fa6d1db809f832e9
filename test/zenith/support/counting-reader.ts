import type { Reader } from '../../../src/ports/index.js'

/** A reader that counts how often the nodes were asked for, and passes everything on. */
export function countingReader(reader: Reader): Reader & { readonly looks: number } {
  let looks = 0
  return {
    kind: reader.kind,
    slow: (query) => reader.slow(query),
    exceptions: (query) => reader.exceptions(query),
    rollups: (query) => reader.rollups(query),
    history: (query) => reader.history(query),
    queues: () => reader.queues(),
    ping: () => reader.ping(),
    close: () => reader.close(),
    nodes() {
      looks += 1
      return reader.nodes()
    },
    get looks() {
      return looks
    },
  }
}
