import { readSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { monotonic } from '../../lib/clock.js'
import { parseThrottled } from './cgroup-files.js'
import { ring } from './samples.js'

const KEPT_READINGS = 64
/** One read serves a burst of slow requests. */
const FRESH_MS = 20
const BUFFER_BYTES = 1_024

interface Reading {
  readonly at: number
  readonly throttledMs: number
}

/** Reports how long a CPU quota throttled the container in a recent span. */
export interface Throttling {
  /** Stores a heartbeat's reading, and the file to read in between; null without a quota: then there is nothing to read. */
  note(throttledMs: number | null, statFile: string | null): Promise<void>
  /** Time throttled between the last reading before the span and the span's end, ms; null if unknown. */
  throttledMs(from: number, to: number): number | null
  close(): void
}

/** To read a kernel file through an open descriptor takes a µs, which is less than handing it to the thread pool. */
export function watchThrottling(): Throttling {
  const readings = ring<Reading>(KEPT_READINGS)
  const buffer = Buffer.alloc(BUFFER_BYTES)
  let file: { path: string; handle: FileHandle } | null = null
  let latest: Reading | null = null
  let isClosed = false

  function readNow(): Reading | null {
    const at = monotonic()
    if (!file || (latest && at - latest.at < FRESH_MS)) return latest
    try {
      const length = readSync(file.handle.fd, buffer, 0, BUFFER_BYTES, 0)
      const throttledMs = parseThrottled(buffer.toString('latin1', 0, length))
      if (throttledMs !== null) latest = { at, throttledMs }
    } catch {
      closeFile()
    }
    return latest
  }

  function closeFile(): void {
    file?.handle.close().catch(() => {})
    file = null
  }

  async function follow(path: string | null): Promise<void> {
    if (file?.path === path) return
    closeFile()
    const handle = path === null ? null : await open(path).catch(() => null)
    if (!handle || path === null) return
    if (isClosed) await handle.close().catch(() => {})
    else file = { path, handle }
  }

  return {
    async note(throttledMs, statFile) {
      if (throttledMs === null) {
        latest = null
        closeFile()
        return
      }
      latest = { at: monotonic(), throttledMs }
      readings.push(latest)
      await follow(statFile)
    },
    throttledMs(from, to) {
      if (!latest) return null
      const known = [...readings.values].sort((a, b) => a.at - b.at)
      const before = known.findLast((reading) => reading.at <= from) ?? known[0]
      const after = known.find((reading) => reading.at >= to) ?? readNow()
      return before && after ? Math.max(0, after.throttledMs - before.throttledMs) : null
    },
    close() {
      isClosed = true
      closeFile()
    },
  }
}
