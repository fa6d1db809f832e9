import { errorWindow } from '../../redaction/job.js'

/** A job's error for a list. Longer than the part shown, because it is masked before it is cut. */
export function summaryText(text: string | null): string | null {
  return text === null || text === '' ? null : errorWindow(text)
}

/** Parses JSON; undefined if it is invalid: users may put anything into queues. */
export function jsonOf(text: string | null | undefined): unknown {
  if (text === null || text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Text for case-insensitive search; JSON may write letters as `\u00fc`. */
export function searchable(text: string): string {
  return text
    .replace(/\\u([\da-f]{4})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .toLowerCase()
}

export function bytesOf(text: string): number {
  return Buffer.byteLength(text)
}
