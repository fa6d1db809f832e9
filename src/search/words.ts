/**
 * Words of folded text (see fold.ts), for the index and for queries alike: a query finds what the index has only because both are made here.
 *
 * A *chunk* is the longest piece that may be one word, with the signs that joined it: `ord_123`, `o'neil+x@ex.com`. The index has it whole and in
 * parts; a query wants it whole, or in parts where it was quoted. In scripts that put no space between words, pairs of characters are words.
 */

/** Longest word, UTF-16 units: of a longer one the beginning counts. */
export const MAX_WORD_CHARS = 64

/** A word that a query wants: this one, or any that begins with it. */
export interface WantedWord {
  readonly word: string
  readonly isPrefix: boolean
}

const JOINTS = /[-_.@+']+/
const JOINTS_AT_END = /[-_.@+']+$/
const ASCII_CHUNK = /[a-z0-9]+(?:[-_.@+']{1,2}[a-z0-9]+)*/g
const LETTER = String.raw`[^\p{P}\p{Z}\p{S}\p{Cc}\p{Cs}\p{Cf}]`
/** A symbol such as € or an emoji is a word of its own. */
const CHUNK = new RegExp(`${LETTER}+(?:[-_.@+']{1,2}${LETTER}+)*|(?![$+<=>^\`|~])\\p{S}`, 'gu')
const DENSE = String.raw`[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]`
const IS_DENSE = new RegExp(DENSE, 'u')
const RUNS = new RegExp(`${DENSE}+|(?:(?!${DENSE}).)+`, 'gsu')
const BEYOND_ASCII = /[\u0080-\uffff]/

/** The chunks of a folded text, in order. The caller bounds the text. */
export function chunksIn(folded: string): readonly string[] {
  return folded.match(BEYOND_ASCII.test(folded) ? CHUNK : ASCII_CHUNK) ?? []
}

/** The words by which a chunk is found in its field: whole, and both sides of a mail address. */
export function namedWordsOf(chunk: string): readonly string[] {
  if (isDense(chunk)) return runsOf(chunk).flatMap(indexedRun)
  return chunk.includes('@') ? [chunk, ...chunk.split('@')].map(shortened).filter(isWord) : [shortened(chunk)]
}

/** The parts of a chunk, by which it is found anywhere, too. */
export function partsOf(chunk: string): readonly string[] {
  const parts = chunk.split(JOINTS)
  return parts.length === 1 || isDense(chunk) ? [] : parts.map(shortened).filter(isWord)
}

/** What a query wants of a text: each chunk whole. @param isPrefix whether the last one may continue */
export function wantedWhole(folded: string, isPrefix: boolean): readonly WantedWord[] {
  const end = isPrefix ? (/[^-_.@+']([-_.@+']{1,2})$/.exec(folded)?.[1] ?? '') : ''
  const chunks = chunksIn(folded)
  return chunks.flatMap((chunk, index) => {
    const isLast = isPrefix && index === chunks.length - 1
    if (isDense(chunk)) return runsOf(chunk).flatMap(wantedRun)
    return [{ word: shortened(isLast ? chunk + end : chunk), isPrefix: isLast }]
  })
}

/** What a query wants of a text of which only the beginning or the end of a chunk may be known: the parts of each. */
export function wantedParts(folded: string): readonly WantedWord[] {
  return chunksIn(folded).flatMap((chunk) =>
    chunk.split(JOINTS).flatMap((part) => (isDense(part) ? runsOf(part).flatMap(wantedRun) : [exact(part)])),
  )
}

function isDense(text: string): boolean {
  return BEYOND_ASCII.test(text) && IS_DENSE.test(text)
}

function isWord(text: string): boolean {
  return text !== ''
}

function exact(word: string): WantedWord {
  return { word: shortened(word), isPrefix: false }
}

/** Runs of characters of dense scripts, and those between. */
function runsOf(chunk: string): readonly string[] {
  return chunk.split(JOINTS).flatMap((part) => part.match(RUNS) ?? [])
}

/** The last character of a run begins no pair, so it is a word, too. */
function indexedRun(run: string): readonly string[] {
  if (!isDense(run)) return [shortened(run)]
  const chars = [...run]
  return [...pairsOf(chars), chars.at(-1) as string]
}

function wantedRun(run: string): readonly WantedWord[] {
  if (!isDense(run)) return [exact(run)]
  const chars = [...run]
  return chars.length === 1
    ? [{ word: run, isPrefix: true }]
    : pairsOf(chars).map((word) => ({ word, isPrefix: false }))
}

function pairsOf(chars: readonly string[]): readonly string[] {
  return chars.slice(1).map((char, index) => `${chars[index]}${char}`)
}

function shortened(word: string): string {
  return word.length <= MAX_WORD_CHARS ? word : beginningOf(word, MAX_WORD_CHARS).replace(JOINTS_AT_END, '')
}

/** Cuts a text on the boundary of a character. @param chars UTF-16 units */
export function beginningOf(text: string, chars: number): string {
  const isSplit = text.length > chars && (text.charCodeAt(chars - 1) & 0xfc00) === 0xd800
  return text.slice(0, isSplit ? chars - 1 : chars)
}
