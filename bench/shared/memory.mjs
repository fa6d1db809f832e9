import { setTimeout as sleep } from 'node:timers/promises'

/** What is left after garbage collection, in bytes; the process runs with --expose-gc. */
export async function settledMemory() {
  // Finalizers and weak references take a turn, and what they let go of goes with the next collection.
  for (let round = 0; round < 3; round++) {
    globalThis.gc()
    await sleep(20)
  }
  const { heapUsed, external, rss } = process.memoryUsage()
  return { heap: heapUsed + external, rss }
}
