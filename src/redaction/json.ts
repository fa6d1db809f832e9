import { JsonWalk } from './json-walk.js'
import type { Scanned } from './scanner.js'
import { MASK, maskCredentials } from './secrets.js'
import { maskedWithin } from './within.js'

/** Text that is safe to show, and how many values were masked in it. */
export interface MaskedText {
  readonly text: string
  readonly isJson: boolean
  readonly masked: number
}

/** Depth up to which JSON within JSON is masked. */
const MAX_NESTED = 4
/** Additional characters that are masked beyond the limit: the position of the cut must not reveal a secret. */
const MARGIN = 1_000
const NESTED = /^\s{0,100}[[{]/

/**
 * Masks the values of fields with names of secrets, and credentials with a known format. The rest stays the same, character by character:
 * numbers too long for JavaScript, the order of fields, duplicate fields.
 *
 * @param maxChars the text beyond is neither read nor returned
 */
export function maskPayload(text: string, maxChars = Number.POSITIVE_INFINITY): MaskedText {
  const isOfJson = isJson(text)
  const { text: shown, masked } = isOfJson ? maskJson(text, maxChars, 0) : maskText(text, maxChars)
  return { text: shown, isJson: isOfJson, masked }
}

/** @param depth number of JSON texts around this one */
function maskJson(json: string, maxChars: number, depth: number): Scanned {
  const walk = new JsonWalk(json, maxChars, (value, rest) =>
    depth < MAX_NESTED && NESTED.test(value) && isJson(value)
      ? maskJson(value, rest, depth + 1)
      : maskText(value, rest),
  )
  return { text: walk.go(), masked: walk.masked, isBound: false }
}

/** Replaces a mask in a probe: as a credential it would be masked, anywhere else it stays. */
const PROBE = 'zq7zq7zq7zq7zq7zq7'

/** Whether a payload contains a mask: as a whole value, or in a position where a secret would be masked. */
export function holdsMasked(json: string): boolean {
  if (!json.includes(MASK)) return false
  if (json.includes(`"${MASK}"`)) return true
  const shown = maskPayload(json.replaceAll(MASK, PROBE)).text
  return shown.split(PROBE).length < json.split(MASK).length
}

/** Masks the beginning of a text that is not JSON. */
function maskText(whole: string, maxChars: number): Scanned {
  if (whole.length <= maxChars + MARGIN) {
    const scanned = maskCredentials(whole)
    return scanned.text.length <= maxChars ? scanned : { ...scanned, text: scanned.text.slice(0, maxChars) }
  }
  let masked = 0
  let isBound = false
  const text = maskedWithin(whole, maxChars, (part) => {
    const shown = maskCredentials(part)
    masked = shown.masked
    isBound = shown.isBound
    return shown.text
  })
  return { text, masked, isBound }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
