import { CODE_GRANT, type EntryRole, entryRoleOf, isField } from './roles.js'
import type { Scanned } from './scanner.js'
import { namesSecret } from './secret-names.js'
import { MASK } from './secrets.js'

const WORD = /[^\s,:[\]{}"]*/y
const USER_OPTION = /^(?:-u|--user|--proxy-user)$/
const USER_AND_PASSWORD = /\s{0,4},\s{0,4}"[^"\\:]{1,100}:[^"]/y

interface Open {
  readonly isObject: boolean
  /** Whether all of its content is secret. */
  readonly isSecret: boolean
  /** The value of an entry, `{"name": "password", "value": "x"}`: whether its name is that of a secret, and the value's position. */
  isAwaited: boolean
  /** Whether a code belongs to a grant, and its position. */
  isGranted: boolean
  code: readonly [from: number, to: number] | null
  /** Whether a statement lacks the value of a secret. */
  isBound: boolean
  value: readonly [from: number, to: number] | null
}

function opened(isObject: boolean, isSecret: boolean): Open {
  return { isObject, isSecret, isAwaited: false, isGranted: false, isBound: false, code: null, value: null }
}

interface Replaced {
  readonly from: number
  readonly to: number
  readonly by: string
  readonly masked: number
}

/** Walks over JSON text, and copies it with masks for secrets. No recursion: a hostile payload may be deep. */
export class JsonWalk {
  readonly #text: string
  readonly #end: number
  readonly #scan: (value: string, maxChars: number) => Scanned
  readonly #replaced: Replaced[] = []
  readonly #open: Open[] = []
  #isSecret = false
  #isName = false
  #role: EntryRole = null
  #at = 0
  masked = 0

  /** @param end the text beyond is not read @param scan masks the text of a value */
  constructor(text: string, end: number, scan: (value: string, maxChars: number) => Scanned) {
    this.#text = text
    this.#end = Math.min(end, text.length)
    this.#scan = scan
  }

  go(): string {
    for (this.#skip(); this.#at < this.#end; this.#skip()) {
      if (!this.#punctuation(this.#text.charCodeAt(this.#at))) this.#token()
    }
    const copy = this.#copy()
    return this.#end < this.#text.length ? copy.slice(0, this.#end) : copy
  }

  #copy(): string {
    const parts: string[] = []
    let copied = 0
    for (const { from, to, by, masked } of this.#replaced.sort((a, b) => a.from - b.from || b.to - a.to)) {
      if (from < copied) continue
      parts.push(this.#text.slice(copied, from), by)
      this.masked += masked
      copied = to
    }
    if (copied < this.#end) parts.push(this.#text.slice(copied, this.#end))
    return parts.join('')
  }

  /** @returns false for a name or a value */
  #punctuation(code: number): boolean {
    const opens = code === 123 || code === 91
    const closes = code === 125 || code === 93
    if (!opens && !closes && code !== 44 && code !== 58) return false
    this.#at += 1
    if (opens) this.#open.push(opened(code === 123, this.#isSecret))
    if (closes) this.#open.pop()
    if (code === 44) this.#next()
    this.#isName = code === 123 || (code === 44 && (this.#open.at(-1)?.isObject ?? false))
    return true
  }

  /** After a comma: in a list, a value may follow its name. */
  #next(): void {
    const open = this.#open.at(-1)
    this.#isSecret = open?.isSecret ?? false
    this.#role = null
    if (!open || open.isObject) return
    this.#isSecret ||= open.isAwaited
    open.isAwaited = false
  }

  #token(): void {
    const from = this.#at
    const token = this.#take()
    const open = this.#open.at(-1)
    if (this.#isName) this.#name(unquote(token), open)
    else if (this.#isSecret) this.#secret(from, token)
    else if (token.startsWith('"')) this.#string(from, token, open)
    else if (this.#role === 'value' && open) open.value = [from, this.#at]
  }

  #name(name: string, open: Open | undefined): void {
    this.#role = entryRoleOf(name)
    this.#isSecret =
      namesSecret(name) ||
      (open !== undefined && (open.isSecret || (this.#role !== null && isAwaited(this.#role, open))))
  }

  /** A missing value is not a secret; and in a list of names none is a value. */
  #secret(from: number, token: string): void {
    const open = this.#open.at(-1)
    if (/^(?:null|true|false|"")$/.test(token)) return
    if (open && !open.isObject && !open.isSecret && !token.startsWith('"')) return
    if (open && !open.isObject && !open.isSecret && isField(unquote(token))) this.#list(unquote(token), open)
    else this.#replace(from, this.#at, `"${MASK}"`, 1)
  }

  #string(from: number, token: string, open: Open | undefined): void {
    const value = unquote(token)
    if (open?.isObject) this.#entry(value, from, open)
    else if (open) this.#list(value, open)
    const { text, masked, isBound } = this.#scan(value, this.#end - from)
    if (open && isBound) open.isBound = true
    if (masked > 0) this.#replace(from, this.#at, JSON.stringify(text), masked)
  }

  /** A value of `{"name": "password", "value": "x"}` or of a grant and its code, in either order. */
  #entry(value: string, from: number, open: Open): void {
    if (this.#role === 'value') open.value = [from, this.#at]
    if (this.#role === 'code') open.code = [from, this.#at]
    if (this.#role === 'grant' && value === CODE_GRANT) this.#grant(open)
    if (this.#role !== 'naming' || value.length > 100 || !namesSecret(value)) return
    open.isAwaited = true
    if (open.value) this.#replace(open.value[0], open.value[1], `"${MASK}"`, 1)
  }

  #grant(open: Open): void {
    open.isGranted = true
    if (open.code) this.#replace(...open.code, `"${MASK}"`, 1)
  }

  #list(value: string, open: Open): void {
    open.isAwaited = value.length <= 100 && (namesSecret(value) || this.#isUserOption(value))
  }

  /** `["curl", "--user", "name:x"]` */
  #isUserOption(value: string): boolean {
    USER_AND_PASSWORD.lastIndex = this.#at
    return USER_OPTION.test(value) && USER_AND_PASSWORD.test(this.#text)
  }

  #replace(from: number, to: number, by: string, masked: number): void {
    this.#replaced.push({ from, to, by, masked })
  }

  #skip(): void {
    while (this.#text.charCodeAt(this.#at) <= 32) this.#at += 1
  }

  /** Reads a string with its quotes, a number or a word. */
  #take(): string {
    const from = this.#at
    if (this.#text.charCodeAt(from) === 34) this.#at = endOfString(this.#text, from)
    else {
      WORD.lastIndex = from
      WORD.test(this.#text)
      this.#at = Math.max(from + 1, WORD.lastIndex)
    }
    return this.#text.slice(from, this.#at)
  }
}

/** Whether an earlier part of an object makes the value of a name secret. */
function isAwaited(role: NonNullable<EntryRole>, open: Open): boolean {
  if (role === 'value') return open.isAwaited
  return role === 'code' ? open.isGranted : role === 'bound' && open.isBound
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
