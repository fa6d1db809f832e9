import { statfs } from 'node:fs/promises'
import { monotonic } from '../../lib/clock.js'
import { percent } from '../../lib/round.js'
import type { DiskFigures } from '../../protocol/index.js'
import type { Probe } from './probe.js'

/** A disk fills over minutes: one read per minute is enough. */
const FRESH_MS = 60_000

/** Usage of the file systems of these paths; null when the runtime can't report it. */
export function diskProbe(mounts: readonly string[]): Probe<DiskFigures[] | null> | null {
  if (typeof statfs !== 'function' || mounts.length === 0) return null
  const figures = mounts.map(unknownDisk)
  let readAt = Number.NEGATIVE_INFINITY
  return {
    collect: () => [...figures],
    async prepare() {
      if (monotonic() - readAt < FRESH_MS) return
      readAt = monotonic()
      const results = await Promise.allSettled(
        mounts.map(async (mount, index) => {
          figures[index] = await readDisk(mount)
        }),
      )
      for (const [index, result] of results.entries()) {
        if (result.status === 'rejected') figures[index] = unknownDisk(mounts[index] ?? '')
      }
      const failed = results.find((result) => result.status === 'rejected')
      if (failed) throw failed.reason
    },
  }
}

/** Counts like `df`: blocks reserved for root are neither used nor free, and the percentage refers to what other users may use. */
async function readDisk(mount: string): Promise<DiskFigures> {
  const { blocks, bfree, bavail, bsize } = await statfs(mount)
  const used = blocks - bfree
  return { mount, total: blocks * bsize, free: bavail * bsize, usedPct: percent(used / (used + bavail)) }
}

function unknownDisk(mount: string): DiskFigures {
  return { mount, total: null, free: null, usedPct: null }
}
