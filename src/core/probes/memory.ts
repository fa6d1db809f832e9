import os from 'node:os'
import { getHeapStatistics } from 'node:v8'
import type { MemoryFigures } from '../../protocol/index.js'
import type { Cgroup } from './cgroup.js'
import type { MemoryGroup } from './cgroup-files.js'
import type { Probe } from './probe.js'

export const UNKNOWN_MEMORY: MemoryFigures = {
  system: { total: null, free: null, used: null, limit: null },
  process: { rss: null, heapUsed: null, heapTotal: null, heapLimit: null, external: null, arrayBuffers: null },
}

/** Memory of the system and of the process. */
export function memoryProbe(cgroup: Pick<Cgroup, 'last'> | null): Probe<MemoryFigures> {
  return {
    collect() {
      const { rss, heapUsed, heapTotal, external, arrayBuffers } = process.memoryUsage()
      // Bun has no such limit: its value grows with the process.
      const heapLimit = process.versions.bun ? null : getHeapStatistics().heap_size_limit
      return {
        system: systemMemory(cgroup?.last?.memory ?? null),
        process: { rss, heapUsed, heapTotal, heapLimit, external, arrayBuffers },
      }
    },
  }
}

/**
 * Memory that the process may use, so that `used / total` is the relevant share for every reader. Without a limit it is the machine's:
 * `free` is the available memory (on Linux with the caches that can be dropped), `used` the rest. A container's limit below the machine's
 * memory replaces it: `total` equals `limit`, `used` is the container's own, and `free` is the rest of the limit, or of the machine when
 * that is less. `limit` is null without one.
 */
function systemMemory(group: MemoryGroup | null): MemoryFigures['system'] {
  const total = os.totalmem()
  const free = os.freemem()
  const limit = group?.limit ?? null
  // A limit beyond the machine's memory has no effect.
  if (limit === null || limit >= total) return { total, free, used: total - free, limit: null }
  const used = group?.used ?? null
  return { total: limit, free: used === null ? null : Math.min(free, Math.max(0, limit - used)), used, limit }
}
