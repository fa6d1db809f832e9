/** The payload of a job: the JSON text that its queue stores. */
export interface JobPayload {
  readonly text: string
  /** Whether the payload is longer. */
  readonly isCut: boolean
}

/**
 * The text of a block of payloads, before it is sealed: a JSON array of their lengths in UTF-16 code units, a line feed, and the texts, one
 * after the other. A length is negative for a text that was cut, and null where there is no payload. So no text is escaped.
 */
export function encodePayloads(payloads: readonly (JobPayload | null)[]): string {
  const lengths = payloads.map((payload) => payload && (payload.isCut ? -payload.text.length : payload.text.length))
  return `${JSON.stringify(lengths)}\n${payloads.map((payload) => payload?.text ?? '').join('')}`
}

/** @returns the payloads by the index of their jobs; null when the text is no such block */
export function parsePayloads(block: string): (JobPayload | null)[] | null {
  const lengths = lengthsOf(block)
  if (!lengths) return null
  let at = block.indexOf('\n') + 1
  return lengths.map((length) => {
    if (length === null) return null
    const text = block.slice(at, at + Math.abs(length))
    at += text.length
    return { text, isCut: length < 0 }
  })
}

function lengthsOf(block: string): (number | null)[] | null {
  try {
    const lengths: unknown = JSON.parse(block.slice(0, Math.max(0, block.indexOf('\n'))))
    return Array.isArray(lengths) && lengths.every(isLength) ? lengths : null
  } catch {
    return null
  }
}

function isLength(value: unknown): value is number | null {
  return value === null || Number.isSafeInteger(value)
}
