import { JsonWalk } from './json-walk.js'
import type { Scanned } from './scanner.js'
import { MASK, maskCredentials } from './secrets.js'
import { maskedWithin } from './within.js'

/** A text that may be shown, and how many values were masked in it. */
export interface MaskedText {
  readonly text: string
  readonly isJson: boolean
  readonly masked: number
}

/** JSON within JSON is looked into so deeply. */
const MAX_NESTED = 4
/** More than what is shown is looked at by so much: a secret must not be told by where it was cut. */
const MARGIN = 1_000
const NESTED = /^\s{0,100}[[{]/

/**
 * Masks the values of fields whose names say that they are secret, and credentials that have a known shape. What is not
 * masked stays as it is, to the character: numbers too long for JavaScript, the order of fields, doubled fields.
 *
 * @param maxChars what is beyond is neither looked at nor given
 */
export function maskPayload(text: string, maxChars = Number.POSITIVE_INFINITY): MaskedText {
  const isOfJson = isJson(text)
  const { text: shown, masked } = isOfJson ? maskJson(text, maxChars, 0) : maskText(text, maxChars)
  return { text: shown, isJson: isOfJson, masked }
}

/** @param depth in how many others the JSON stands */
function maskJson(json: string, maxChars: number, depth: number): Scanned {
  const walk = new JsonWalk(json, maxChars, (value, rest) =>
    depth < MAX_NESTED && NESTED.test(value) && isJson(value)
      ? maskJson(value, rest, depth + 1)
      : maskText(value, rest),
  )
  return { text: walk.go(), masked: walk.masked, isBound: false }
}

/** What stands in a probe where a text has a mask: as a credential it would be masked, and anywhere else it stays. */
const PROBE = 'zq7zq7zq7zq7zq7zq7'

/**
 * Whether a payload has been masked: it is a value of its own, or it stands where a secret would be masked.
 */
export function holdsMasked(json: string): boolean {
  if (!json.includes(MASK)) return false
  if (json.includes(`"${MASK}"`)) return true
  const shown = maskPayload(json.replaceAll(MASK, PROBE)).text
  return shown.split(PROBE).length < json.split(MASK).length
}

/** The beginning of a text that is no JSON. */
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
