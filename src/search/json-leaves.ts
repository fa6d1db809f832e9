import type { LeafSink } from './leaves.js'

/** A container that is open. */
interface Open {
  readonly isObject: boolean
  /** The path of the container: names of objects alone, the last two at most. */
  readonly path: string
  /** The path of the value that follows. */
  next: string
}

/** Containers that are deeper have no leaves in the index. */
const MAX_DEPTH = 100
const OPENS = 123
const QUOTE = 34
const WORD = /[^\s,:[\]{}"]+/y

/**
 * Walks over the leaves of JSON text as they are written: numbers keep their digits. It accepts text that was cut. No recursion: a payload may
 * be deep.
 */
export function walkJson(text: string, path: string, sink: LeafSink): void {
  new JsonLeaves(text, path, sink).go()
}

class JsonLeaves {
  readonly #text: string
  readonly #sink: LeafSink
  readonly #open: Open[]
  #depth = 0
  #isName = false
  #at = 0

  constructor(text: string, path: string, sink: LeafSink) {
    this.#text = text
    this.#sink = sink
    this.#open = [{ isObject: false, path, next: path }]
  }

  go(): void {
    for (; this.#at < this.#text.length; ) {
      const code = this.#text.charCodeAt(this.#at)
      if (code === QUOTE) this.#string()
      else if (!this.#punctuation(code)) this.#word()
    }
  }

  get #top(): Open {
    return this.#open[this.#open.length - 1] as Open
  }

  #punctuation(code: number): boolean {
    const opens = code === OPENS || code === 91
    const closes = code === 125 || code === 93
    if (!opens && !closes && code !== 44 && code !== 58 && code > 32) return false
    this.#at += 1
    if (opens) this.#enter(code === OPENS)
    else if (closes) this.#leave()
    else if (code === 58) this.#isName = false
    else if (code === 44) this.#isName = this.#top.isObject && this.#depth < MAX_DEPTH
    return true
  }

  /** Beyond the depth all leaves have the path of the last container, and none is read. */
  #enter(isObject: boolean): void {
    this.#depth += 1
    if (this.#depth >= MAX_DEPTH) return
    const path = this.#top.next
    this.#open.push({ isObject, path, next: path })
    this.#isName = isObject
  }

  #leave(): void {
    if (this.#depth < MAX_DEPTH && this.#open.length > 1) this.#open.pop()
    this.#depth = Math.max(0, this.#depth - 1)
    this.#isName = false
  }

  #string(): void {
    const from = this.#at
    this.#at = endOfString(this.#text, from)
    if (this.#isName) this.#name(from)
    else if (this.#takes()) this.#sink.text(unquoted(this.#text.slice(from, this.#at)), this.#top.next)
  }

  #name(from: number): void {
    const top = this.#top
    top.next = this.#sink.isFull ? top.path : this.#sink.path(top.path, unquoted(this.#text.slice(from, this.#at)))
    this.#isName = false
  }

  #word(): void {
    WORD.lastIndex = this.#at
    WORD.test(this.#text)
    const from = this.#at
    this.#at = Math.max(from + 1, WORD.lastIndex)
    const word = this.#text.slice(from, this.#at)
    if (word !== 'null' && this.#takes()) this.#sink.plain(word, this.#top.next)
  }

  /** Whether the leaf is read; else it is counted. */
  #takes(): boolean {
    if (this.#depth < MAX_DEPTH && !this.#sink.isFull) return true
    this.#sink.leaveOut()
    return false
  }
}

function endOfString(text: string, from: number): number {
  for (let quote = text.indexOf('"', from + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let slashes = 0
    while (text.charCodeAt(quote - 1 - slashes) === 92) slashes += 1
    if (slashes % 2 === 0) return quote + 1
  }
  return text.length
}

/** @param token a string of JSON, which a cut may have left without its end */
function unquoted(token: string): string {
  const isWhole = token.length > 1 && token.endsWith('"')
  if (!token.includes('\\')) return token.slice(1, isWhole ? -1 : undefined)
  try {
    return JSON.parse(isWhole ? token : `${token}"`) as string
  } catch {
    return token.slice(1)
  }
}
