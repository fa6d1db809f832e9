import { fold } from '../lib/fold.js'
import { ownText } from '../lib/own-text.js'
import { MASK } from '../redaction/secrets.js'
import { fieldOf } from './fields.js'
import { walkJson } from './json-leaves.js'
import type { LeafSink } from './leaves.js'
import { isPhp, walkPhp } from './php-leaves.js'
import { beginningOf, chunksIn, namedWordsOf, partsOf } from './words.js'

/** Most leaves of a payload that give terms, most terms of a payload, and most characters of a leaf that are read. */
export const MAX_LEAVES = 200
export const MAX_TERMS = 1_000
const MAX_LEAF_CHARS = 20_000
/** Depth of texts within texts. */
const MAX_NESTED = 4
const MAX_KEY_CHARS = 256
const MAX_KNOWN_PATHS = 5_000

/** What a payload is found by. */
export interface Terms {
  /** `word`, and `field=word` by the last name of its path and by the last two. Without spaces, control characters and lone surrogates. */
  readonly terms: readonly string[]
  /** Number of leaves that gave terms, and of those beyond the bounds. */
  readonly leaves: number
  readonly leftOut: number
  /** Number of texts that Laravel encrypted. */
  readonly encrypted: number
}

/** The terms of a masked payload. Never throws; the time is linear in the length of the text. */
export function termsOf(payload: string): readonly string[] {
  return indexPayload(payload).terms
}

/** @param payload masked, of any form @param isPayloadJson if known; a JSON text may be cut */
export function indexPayload(payload: string, isPayloadJson?: boolean): Terms {
  const leaves = new Leaves()
  if (isPayloadJson) walkJson(payload, '', leaves)
  else leaves.text(payload, '')
  return { terms: leaves.terms(), leaves: leaves.count, leftOut: leaves.leftOut, encrypted: leaves.encrypted }
}

interface Leaf {
  readonly text: string
  readonly path: string
}

/** The beginning of what Laravel's encrypter writes: base64 of `{"iv":`. */
const ENCRYPTED = /^eyJpdiI6[\w+/=-]{40,}$/
/** Marks that replace a value. */
const MASKED = /^\[(?:hidden|masked|redacted|filtered)\]$/i
const NESTED = /^\s{0,100}[[{"]/

class Leaves implements LeafSink {
  readonly #leaves: Leaf[] = []
  readonly #terms = new Set<string>()
  #nested = 0
  leftOut = 0
  encrypted = 0

  get count(): number {
    return this.#leaves.length
  }

  get isFull(): boolean {
    return this.#leaves.length >= MAX_LEAVES
  }

  leaveOut(): void {
    this.leftOut += 1
  }

  path(parent: string, key: string): string {
    return pathOf(parent, key)
  }

  plain(word: string, path: string): void {
    this.#leaves.push({ text: word, path })
  }

  text(value: string, path: string): void {
    const walk = this.#nested < MAX_NESTED ? walkOf(value) : null
    if (walk) {
      this.#nested += 1
      walk(value, path, this)
      this.#nested -= 1
    } else if (ENCRYPTED.test(value)) this.encrypted += 1
    else if (value !== MASK && !MASKED.test(value)) this.#leaves.push({ text: value, path })
  }

  /** Short leaves first: one long text may not use up the terms of all ids. */
  terms(): readonly string[] {
    for (const { text, path } of this.#leaves.sort((a, b) => a.text.length - b.text.length)) {
      if (this.#terms.size >= MAX_TERMS) break
      this.#add(text, path)
    }
    return [...this.#terms].slice(0, MAX_TERMS)
  }

  #add(text: string, path: string): void {
    const terms = this.#terms
    const last = `${path.slice(path.lastIndexOf('.') + 1)}=`
    const isPlain = text !== 'true' && text !== 'false'
    for (const chunk of chunksIn(fold(beginningOf(text, MAX_LEAF_CHARS)))) {
      const words = namedWordsOf(chunk)
      if (isPlain) addAll(terms, '', words)
      if (path !== '') addAll(terms, last, words)
      if (path.length >= last.length) addAll(terms, `${path}=`, words)
      addAll(terms, '', partsOf(chunk))
      if (terms.size >= MAX_TERMS) return
    }
  }
}

function addAll(terms: Set<string>, before: string, words: readonly string[]): void {
  for (const word of words) terms.add(before + word)
}

/** How to read a text that has leaves of its own. */
function walkOf(text: string): typeof walkJson | null {
  if (NESTED.test(text) && isJson(text)) return walkJson
  return isPhp(text) ? walkPhp : null
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Payloads have the same few keys again and again. */
const known = new Map<string, string>()

function pathOf(parent: string, key: string): string {
  const short = key.slice(0, MAX_KEY_CHARS)
  const whole = parent === '' ? short : `${parent}.${short}`
  const found = known.get(whole)
  if (found !== undefined) return found
  if (known.size >= MAX_KNOWN_PATHS) known.clear()
  const path = ownText(fieldOf(whole))
  known.set(ownText(whole), path)
  return path
}
