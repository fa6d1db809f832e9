import { performance } from 'node:perf_hooks'

/** Milliseconds since the process started. Bound at import: apps and their tests replace or delete the global `performance`. */
export const now: () => number = performance.now.bind(performance)
