import { namesSecret } from './names.js'
import { MASK, maskCredentials } from './secrets.js'

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

/**
 * Masks the values of fields whose names say that they are secret, and credentials that have a known shape. What is not
 * masked stays as it is, to the character: numbers too long for JavaScript, the order of fields, doubled fields.
 *
 * @param maxChars what is beyond is neither looked at nor given
 */
export function maskPayload(text: string, maxChars = Number.POSITIVE_INFINITY, depth = 0): MaskedText {
  if (!isJson(text)) return { ...maskSerialized(text, maxChars), isJson: false }
  const walk = new Walk(text, maxChars, depth)
  return { text: walk.go(), isJson: true, masked: walk.masked }
}

/** PHP's serialized text, as Laravel's jobs hold it: `s:8:"password";s:7:"hunter2";` Property names may begin with a class. */
function maskSerialized(whole: string, maxChars: number): { text: string; masked: number } {
  let masked = 0
  const text = whole.slice(0, maxChars + MARGIN)
  if (!MAY_HOLD_SECRETS.test(text)) return { text: text.slice(0, maxChars), masked }
  const plain = text.replace(/(s:\d+:"([^"]{1,200})";)s:\d+:"[^"]*"?;?/g, (all, head: string, name: string) => {
    if (!namesSecret(name.slice(name.lastIndexOf('\0') + 1))) return all
    masked += 1
    return `${head}s:${MASK.length}:"${MASK}";`
  })
  const shown = maskCredentials(plain)
  return { text: shown.slice(0, maxChars), masked: shown === plain ? masked : masked + 1 }
}

/** Most texts of a payload are names and words: they are not searched for each kind of secret. */
const MAY_HOLD_SECRETS = /[:=]|[\w.-]{14}|(?:bearer|basic|digest)\s/i

/** Walks over text that is JSON, and copies it but for what is masked. No recursion: a hostile payload may be deep. */
class Walk {
  masked = 0
  readonly #text: string
  readonly #end: number
  readonly #depth: number
  readonly #parts: string[] = []
  /** What is open around the place: whether it is an object, and whether all of it is secret. */
  readonly #open: { readonly isObject: boolean; readonly isSecret: boolean }[] = []
  #isSecret = false
  #isName = false
  #at = 0
  /** Up to where it was copied. */
  #copied = 0

  constructor(text: string, end: number, depth: number) {
    this.#text = text
    this.#end = Math.min(end, text.length)
    this.#depth = depth
  }

  go(): string {
    for (this.#skip(); this.#at < this.#end; this.#skip()) {
      if (!this.#punctuation(this.#text[this.#at] as string)) this.#token()
    }
    if (this.#copied < this.#end) this.#parts.push(this.#text.slice(this.#copied, this.#end))
    const copy = this.#parts.join('')
    return this.#end < this.#text.length ? copy.slice(0, this.#end) : copy
  }

  /** @returns false for what is a name or a value */
  #punctuation(char: string): boolean {
    if (!'{}[],:'.includes(char)) return false
    this.#at += 1
    if (char === '{' || char === '[') this.#open.push({ isObject: char === '{', isSecret: this.#isSecret })
    if (char === '}' || char === ']') this.#open.pop()
    if (char === ',') this.#isSecret = this.#open.at(-1)?.isSecret ?? false
    this.#isName = char === '{' || (char === ',' && (this.#open.at(-1)?.isObject ?? false))
    return true
  }

  #token(): void {
    const from = this.#at
    const token = this.#take()
    if (this.#isName) this.#isSecret = (this.#open.at(-1)?.isSecret ?? false) || namesSecret(unquote(token))
    else if (!this.#isSecret && token.startsWith('"')) this.#string(from, token)
    // That there is none is no secret.
    else if (this.#isSecret && !/^(?:null|true|false|"")$/.test(token)) this.#replace(from, `"${MASK}"`, 1)
  }

  #string(from: number, token: string): void {
    const value = unquote(token)
    const rest = this.#end - from
    const isNested = this.#depth < MAX_NESTED && /^\s*[[{]/.test(value) && isJson(value)
    const shown = isNested ? maskPayload(value, rest, this.#depth + 1) : maskSerialized(value, rest)
    if (shown.masked > 0) this.#replace(from, JSON.stringify(shown.text), shown.masked)
  }

  #replace(from: number, by: string, masked: number): void {
    this.#parts.push(this.#text.slice(this.#copied, from), by)
    this.#copied = this.#at
    this.masked += masked
  }

  #skip(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at += 1
  }

  /** The text of a string with its quotes, or of a number or a word. */
  #take(): string {
    const from = this.#at
    if (this.#text[from] === '"') this.#at = endOfString(this.#text, from)
    else while (/[^\s,:[\]{}"]/.test(this.#text[this.#at] ?? '"')) this.#at += 1
    return this.#text.slice(from, this.#at)
  }
}

function endOfString(text: string, from: number): number {
  let at = from + 1
  for (;;) {
    const quote = text.indexOf('"', at)
    if (quote < 0) return text.length
    let slashes = 0
    while (text[quote - 1 - slashes] === '\\') slashes += 1
    at = quote + 1
    if (slashes % 2 === 0) return at
  }
}

function unquote(token: string): string {
  return token.includes('\\') ? (JSON.parse(token) as string) : token.slice(1, -1)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
