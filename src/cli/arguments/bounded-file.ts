import { closeSync, openSync, readSync } from 'node:fs'

const CHUNK_BYTES = 64 * 1_024

/**
 * Reads a file from its start, also one without a known size, such as a pipe.
 *
 * @returns null if it is larger than `maxBytes` @throws what the system reports
 */
export function readBounded(path: string, maxBytes: number): Buffer | null {
  const file = openSync(path, 'r')
  try {
    return readUpTo(file, maxBytes)
  } finally {
    closeSync(file)
  }
}

function readUpTo(file: number, maxBytes: number): Buffer | null {
  const parts: Buffer[] = []
  let size = 0
  for (;;) {
    const chunk = Buffer.alloc(CHUNK_BYTES)
    const count = readSync(file, chunk, 0, CHUNK_BYTES, null)
    if (count === 0) return Buffer.concat(parts)
    size += count
    if (size > maxBytes) return null
    parts.push(chunk.subarray(0, count))
  }
}

/** @returns the system's code, `ENOENT` */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}
