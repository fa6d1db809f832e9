import { connectionPassword, dsnPassword, isCalled, isConnector, isDsn, passwordArgument } from './calls.js'
import { ALNUM, kindOf, SPACE } from './chars.js'
import { commandAt } from './commands.js'
import { Entries, mayMatter } from './entries.js'
import { listedAt } from './listed.js'
import { authWords, credentialsBehind, isScheme, settingBehind } from './logins.js'
import { Options } from './options.js'
import { queryValueAt } from './queries.js'
import { quotedAt } from './quoted.js'
import { quoteAt } from './quotes.js'
import { entryRoleOf, isField } from './roles.js'
import { nameAt, namesPassword, namesSecret } from './secret-names.js'
import { type Sign, signAfter, skipSpaces } from './signs.js'
import type { Source } from './source.js'
import type { Masks, Secret, Secrets, Span } from './spans.js'
import { Inserts, identifiedBy, isPlaceholder } from './sql.js'
import { isInHeader, tableAt } from './tables.js'
import { siblingOf, taggedAt } from './tags.js'
import { secretValueAt } from './values.js'
import { COMMAND, ENTRY_VALUE, LEAD, SECRET_NAME } from './words.js'

/** Longer words are not followed by a value without a sign. */
const MAX_WORD = 60
const MAX_ENTRY_NAME = 40
const AUTH = /^auth$/i
/** `token.ts:10:5` is a position in a file. */
const SOURCE_FILE = /\.(?:[cm]?[jt]sx?|vue|svelte|py|php|rb|go|rs|java|kt|scala|cs|exs?|erl)$/i
const LINE = /\d{1,7}(?![\w@.-])/y

/**
 * Finds values by the names before them: it determines the kind of name that a word is, calls the part for such names to find the secret,
 * and masks it. Its methods return where the scan continues; -1 if the word is not a name.
 */
export class Pairs {
  readonly #source: Source
  readonly #masks: Masks
  readonly #entries: Entries
  #options: Options | null = null
  #inserts: Inserts | null = null
  /** No table and no command begins before these positions. */
  #tableTo = 0
  #commandTo = 0

  constructor(source: Source, masks: Masks) {
    this.#source = source
    this.#masks = masks
    this.#entries = new Entries(source)
  }

  /** Whether values of a statement, one of which is secret, may follow the text. */
  get isBound(): boolean {
    return this.#entries.isBound
  }

  /** Reads a word that may be a name. @param found its possible kinds */
  word(from: number, end: number, found: number): number {
    const source = this.#source
    if (found === 0) return this.#shortOption(from, end)
    this.#ahead(from, end, found)
    const tagged = (found & SECRET_NAME) !== 0 ? taggedAt(source, from, end) : null
    if (tagged) return this.#masks.add(tagged)
    const code = source.code(end)
    if ((kindOf(code) & SPACE) === 0 && code !== 37 && code !== 43) return this.#joined(from, end, code, found)
    const next = skipSpaces(source, code === 43 ? end + 1 : end)
    const isWord = next > end && (kindOf(source.code(next)) & ALNUM) !== 0
    const sign = isWord ? null : signAfter(source, from, end)
    if (sign) return this.#pair(from, end, sign, found)
    return next > end ? this.#before(from, end, next, found) : this.#shortOption(from, end)
  }

  /** Reads a sign that opens or closes a group of entries. */
  sign(code: number, at: number): number {
    if (code === 62) {
      const content = this.#entries.closeTag(at)
      return content ? this.#masks.add(content) : at + 1
    }
    if (code === 60) this.#entries.openTag(at)
    else this.#entries.part()
    return at + 1
  }

  #mask(secret: Secret | null): number {
    return secret ? this.#masks.add(secret) : -1
  }

  #maskAll(secrets: Secrets | null): number {
    return secrets ? this.#masks.addAll(secrets) : -1
  }

  /** The secret comes later; the text before it is scanned as usual. */
  #passBy(secret: Span | null): number {
    if (secret) this.#masks.addAhead({ spans: [secret], to: secret.to })
    return -1
  }

  /** Secrets further ahead that a command or the header of a table announces. */
  #ahead(from: number, end: number, found: number): void {
    const source = this.#source
    if ((found & COMMAND) !== 0 && from >= this.#commandTo)
      this.#commandTo = this.#masks.addAhead(commandAt(source, from, end))
    if ((found & SECRET_NAME) === 0 || from < this.#tableTo || !isInHeader(source, from, end)) return
    this.#tableTo = this.#masks.addAhead(tableAt(source, from))
  }

  /** A name followed directly by a sign. */
  #joined(from: number, end: number, code: number, found: number): number {
    const source = this.#source
    if (code === 58 && isDsn(source, from, end)) return this.#passBy(dsnPassword(source, from))
    if (isCalled(source, end, code) && isConnector(source, from, end)) return this.#connection(end)
    const sign = signAfter(source, from, end)
    if (sign) return this.#pair(from, end, sign, found)
    if (code === 60) return this.#mask(siblingOf(source, from, end))
    const isAuth = (found & SECRET_NAME) !== 0 && end - from === 4 && AUTH.test(source.text.slice(from, end))
    const words = isAuth ? authWords(source, end) : null
    if (words) return this.#masks.addAll(words)
    return code === 40 ? this.#mask(passwordArgument(source, from, end)) : this.#shortOption(from, end)
  }

  #connection(end: number): number {
    return this.#passBy(connectionPassword(this.#source, end))
  }

  /** A name, a sign and a value. */
  #pair(from: number, end: number, sign: Sign, found: number): number {
    const source = this.#source
    if ((found & (SECRET_NAME | ENTRY_VALUE)) === 0 && !mayMatter(source, sign)) return -1
    const name = nameAt(source, from, end)
    const isAnEntry = sign.mark === '=' || sign.mark === ':'
    if ((found & SECRET_NAME) !== 0 && isSecret(source, from, name)) {
      if (isNoPair(source, from, name, sign)) return -1
      return isAnEntry ? this.#value(name, sign) : this.#mask(listedAt(source, name, sign))
    }
    return isAnEntry && end - from <= MAX_ENTRY_NAME ? this.#entry(name, from, sign) : -1
  }

  /** The value of a secret; or its placeholder, which means that the values of a statement follow. */
  #value(name: string, sign: Sign): number {
    const value = secretValueAt(this.#source, sign, name)
    if (value && isPlaceholder(this.#source, value)) this.#entries.bind(value.to)
    return this.#mask(value)
  }

  /** A pair of a group in which one pair makes another secret. */
  #entry(name: string, from: number, sign: Sign): number {
    const query = queryValueAt(this.#source, name, from, sign)
    if (query) return this.#masks.add(query)
    const role = entryRoleOf(name)
    if (role === null) return -1
    if (role === 'naming') return this.#maskAll(this.#entries.naming(sign, from))
    if (role === 'grant') return this.#maskAll(this.#entries.grant(sign, from))
    return this.#entries.takes(role, sign) ? this.#value(name, sign) : -1
  }

  /** A word whose value follows without a sign: `Bearer x`, `--password x`, `IDENTIFIED BY 'x'`. */
  #before(from: number, end: number, next: number, found: number): number {
    const length = end - from
    if (length < 2 || length > MAX_WORD) return this.#shortOption(from, end)
    if (this.#source.code(from - 1) === 45) return this.#mask(this.#commandLine.longAt(from, end, next))
    const value = (found & LEAD) !== 0 ? this.#behindLead(from, end, next) : -1
    return value >= 0 || (found & SECRET_NAME) === 0 ? value : this.#mask(this.#behindSecret(from, end, next))
  }

  /** A word that is followed by credentials, but is not the name of a secret. */
  #behindLead(from: number, end: number, next: number): number {
    const source = this.#source
    const lead = source.text.slice(from, end).toLowerCase()
    if (isScheme(lead)) return this.#mask(credentialsBehind(source, from, next))
    if (lead === 'identified') return this.#mask(identifiedBy(source, end))
    if (lead === 'into' || (lead === 'insert' && !source.has('INTO', next) && !source.has('into', next)))
      return this.#inserted(next)
    return source.code(next) === 40 && isConnector(source, from, end) ? this.#connection(end) : -1
  }

  /** The rest of the rows is scanned as usual. */
  #inserted(table: number): number {
    this.#inserts ??= new Inserts(this.#source)
    const rows = this.#inserts.rowsAt(table)
    if (!rows) return -1
    if (rows.isBound) this.#entries.bind(rows.to)
    const to = this.#masks.addAhead(rows)
    return rows.isUnread ? to : -1
  }

  /** The value after the name of a secret without a sign between them. */
  #behindSecret(from: number, end: number, next: number): Secret | null {
    const source = this.#source
    const name = source.text.slice(from, end)
    const setting = settingBehind(source, name, next)
    return setting ?? (namesPassword(name) && quoteAt(source, next) ? quotedBehind(source, next) : null)
  }

  get #commandLine(): Options {
    this.#options ??= new Options(this.#source)
    return this.#options
  }

  #shortOption(from: number, end: number): number {
    return this.#source.code(from - 1) === 45 ? this.#mask(this.#commandLine.shortAt(from, end)) : -1
  }
}

/** `Invalid password "x"`, SQL's `PASSWORD 'x'`. */
function quotedBehind(source: Source, next: number): Secret | null {
  const value = quotedAt(source, next)
  if (!value || (kindOf(source.code(value.next)) & ALNUM) !== 0) return null
  return isField(source.text.slice(value.from, value.to).slice(0, 100)) ? null : value
}

/** Also if an escape (`\n`) seems to begin the name. */
function isSecret(source: Source, from: number, name: string): boolean {
  return namesSecret(name) || (source.code(from - 1) === 92 && namesSecret(name.slice(1)))
}

/** `token.ts:10:5` is a position in a file, and `Unexpected token: x` a parser's message. */
function isNoPair(source: Source, from: number, name: string, { mark, to }: Sign): boolean {
  LINE.lastIndex = to
  if (mark === ':' && SOURCE_FILE.test(name) && LINE.test(source.text)) return true
  return name.length < 8 && /(?:unexpected|illegal) $/i.test(source.text.slice(Math.max(0, from - 11), from))
}
