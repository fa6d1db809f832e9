import { kindOf, SPACE } from './chars.js'
import { quotedAt } from './quoted.js'
import { nameAt, namesSecret } from './secret-names.js'
import { signAfter, skipSpaces } from './signs.js'
import type { Source } from './source.js'
import type { Secret } from './spans.js'
import { valueAt, wordAt } from './values.js'

/** Programs that accept a password by a short option, which only the program's name reveals. */
const PROGRAMS =
  /\b(?:(?:mysql|mariadb|mongo)\w{0,12}|sshpass|redis-cli|curl|docker login|smbclient|ldapsearch|wget|http|psql|sqlcmd|rabbitmqadmin|vault login|openssl)\b/gi
/** Programs with such an option, and its pattern. */
const TAKERS: Readonly<Record<string, RegExp>> = {
  p: /^(?:mysql|mariadb|mongo|sshpass|docker|rabbitmqadmin)/,
  a: /^(?:redis-cli|http)/,
  u: /^curl/,
  w: /^ldapsearch/,
  P: /^sqlcmd/,
  U: /^smbclient/,
  k: /^openssl/,
  K: /^openssl/,
}
const USER = /^(?:u|user|proxy-user)$/
/** Longest distance between a program and its options. */
const NEAR = 140

interface Program {
  readonly name: string
  readonly index: number
}

/** Finds passwords among the options of command lines. */
export class Options {
  readonly #source: Source
  #programs: readonly Program[] | null = null
  /** The last program before the option that was read last. */
  #last = -1

  constructor(source: Source) {
    this.#source = source
  }

  /** `--password x`. @param next start of the word after the blank */
  longAt(from: number, end: number, next: number): Secret | null {
    const source = this.#source
    if (source.code(next) === 45 || !namesSecret(nameAt(source, from, end))) return this.shortAt(from, end)
    return valueAt(source, next, false)
  }

  /** `mysql -p x` and `-px`, `curl -u user:x`. @param from after a dash */
  shortAt(from: number, end: number): Secret | null {
    const source = this.#source
    const letter = source.text[from] as string
    const before = source.code(from - 2)
    const isListed = before === 34 || before === 39
    if (before === 45 || (isListed && letter === 'u')) return this.#userAt(from, end)
    if ((kindOf(before) & SPACE) === 0 && !isListed) return null
    const takers = TAKERS[letter]
    if (!takers) return null
    return isListed ? this.#listedAt(from, end, takers) : this.#spacedAt(from, end, takers)
  }

  #spacedAt(from: number, end: number, takers: RegExp): Secret | null {
    const source = this.#source
    const isJoined = end - from > 1
    if (isJoined && source.text[from] !== 'p') return null
    const at = isJoined ? from + 1 : skipSpaces(source, end)
    return source.code(at) !== 45 && takers.test(this.#programBefore(from)) ? valueAt(source, at, false) : null
  }

  /** `['openssl', 'enc', '-k', 'x']` */
  #listedAt(from: number, end: number, takers: RegExp): Secret | null {
    const sign = end - from === 1 ? signAfter(this.#source, from, end) : null
    if (sign?.mark !== ',' || !takers.test(this.#programBefore(from))) return null
    const value = quotedAt(this.#source, sign.to)
    return value && { from: value.from, to: value.to }
  }

  /** curl's `--user name:x`, and `'-u', 'name:x'` in a list of arguments. */
  #userAt(from: number, end: number): Secret | null {
    const source = this.#source
    if (!USER.test(source.text.slice(from, Math.min(end, from + 12)))) return null
    const listed = signAfter(source, from, end)
    if (listed ? listed.mark !== ',' : !this.#programBefore(from).startsWith('curl')) return null
    const value = listed ? quotedAt(source, listed.to) : wordAt(source, skipSpaces(source, end))
    if (!value) return null
    return source.text.slice(value.from, Math.min(value.to, value.from + 200)).includes(':') ? value : null
  }

  /** The program that the options belong to: empty if none is on the line. */
  #programBefore(at: number): string {
    const { text } = this.#source
    this.#programs ??= [...text.matchAll(PROGRAMS)].map(({ 0: name, index }) => ({ name, index }))
    while ((this.#programs[this.#last + 1]?.index ?? at) < at) this.#last += 1
    const program = this.#programs[this.#last]
    if (!program || at - program.index > NEAR) return ''
    return /[\n|;]/.test(text.slice(program.index, at)) ? '' : program.name.toLowerCase()
  }
}
