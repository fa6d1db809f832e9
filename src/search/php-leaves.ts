import { MASK } from '../redaction/secrets.js'
import type { LeafSink } from './leaves.js'

interface Open {
  readonly path: string
  next: string
  /** Keys and values alternate. */
  isKey: boolean
}

/** The beginning of a value as PHP's serialize() writes it. */
const BEGIN =
  /(?:([sE]):(\d{1,9}):"|([idb]):([^;{}"]{1,40});|(N|[rR]:\d{1,9});|[aO]:\d{1,9}:(?:"[^"]{0,300}":\d{1,9}:)?\{)/y
const STARTS = /^(?:[aO]:\d{1,9}:|s:\d{1,9}:")/

export function isPhp(text: string): boolean {
  return STARTS.test(text)
}

/**
 * Walks over the strings, numbers and booleans of a text that PHP serialized. Masks made some strings shorter than their written length, so
 * the length is a hint only. No recursion: a payload may be deep.
 */
export function walkPhp(text: string, path: string, sink: LeafSink): void {
  new PhpLeaves(text, path, sink).go()
}

class PhpLeaves {
  readonly #text: string
  readonly #sink: LeafSink
  readonly #open: Open[]
  /** Bounds the characters that are counted in vain: lengths may be wrong on purpose. */
  #budget: number
  #at = 0

  constructor(text: string, path: string, sink: LeafSink) {
    this.#text = text
    this.#sink = sink
    this.#open = [{ path, next: path, isKey: false }]
    this.#budget = text.length
  }

  go(): void {
    while (this.#at < this.#text.length) {
      BEGIN.lastIndex = this.#at
      const begin = BEGIN.exec(this.#text)
      if (begin) this.#value(begin)
      else this.#pass()
    }
  }

  #value([token, isString, length, kind, plain = '', nothing]: RegExpExecArray): void {
    this.#at += token.length
    if (isString) this.#string(Number(length))
    else if (kind) this.#take(kind === 'b' ? String(plain === '1') : plain, false)
    else {
      const top = this.#next()
      if (!nothing) this.#open.push({ path: top.next, next: top.next, isKey: true })
    }
  }

  /** A sign that begins no value: the end of a list, or what a mask left. */
  #pass(): void {
    if (this.#text.charCodeAt(this.#at) === 125 && this.#open.length > 1) this.#open.pop()
    this.#at += 1
  }

  /** The container of a value; keys and values alternate, but for the outermost. */
  #next(): Open {
    const top = this.#open[this.#open.length - 1] as Open
    top.isKey = !top.isKey && this.#open.length > 1
    return top
  }

  #string(bytes: number): void {
    const from = this.#at
    const end = this.#endOfString(bytes)
    this.#at = end + 2
    this.#take(this.#text.slice(from, end), true)
  }

  /** A number as a key is the index of a list. */
  #take(value: string, isString: boolean): void {
    const { isKey } = this.#open[this.#open.length - 1] as Open
    const top = this.#next()
    const sink = this.#sink
    if (isKey) top.next = isString && !sink.isFull ? sink.path(top.path, ownName(value)) : top.path
    else if (sink.isFull) sink.leaveOut()
    else if (isString) sink.text(value, top.next)
    else sink.plain(value, top.next)
  }

  /** @param bytes written length, in UTF-8 */
  #endOfString(bytes: number): number {
    const [text, from] = [this.#text, this.#at]
    const first = text.indexOf('";', from)
    if (first < 0) return text.length
    if (first === from + bytes || this.#budget <= 0) return first
    const end = afterBytes(text, from, bytes)
    if (text.startsWith('";', end) && !text.slice(from, end).includes(MASK)) return end
    this.#budget -= end - from
    return first
  }
}

/** A private property has its class before its name, `\0App\Mail\0to`, and a protected one a star. */
function ownName(key: string): string {
  return key.slice(key.lastIndexOf('\0') + 1)
}

function afterBytes(text: string, from: number, bytes: number): number {
  let at = from
  for (let left = bytes; left > 0 && at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    // Both units of a pair are four bytes.
    left -= code < 128 ? 1 : code < 2_048 || (code >= 0xd800 && code <= 0xdfff) ? 2 : 3
  }
  return at
}
