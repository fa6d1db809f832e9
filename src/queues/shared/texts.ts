import { errorWindow } from '../../redaction/job.js'

/** The error of a job in a list: more than is shown, for it is masked before it is cut. */
export function summaryText(text: string | null): string | null {
  return text === null || text === '' ? null : errorWindow(text)
}

/** What JSON text holds; undefined when it is no JSON: what people put into queues is theirs. */
export function jsonOf(text: string | null | undefined): unknown {
  if (text === null || text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** For looking into text in any case; JSON may write letters as `\u00fc`. */
export function searchable(text: string): string {
  return text
    .replace(/\\u([\da-f]{4})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .toLowerCase()
}

export function bytesOf(text: string): number {
  return Buffer.byteLength(text)
}
