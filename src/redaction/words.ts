import { COMMAND_WORDS } from './commands.js'
import { ENTRY_WORDS } from './roles.js'
import { NAME_PARTS } from './secret-names.js'
import type { Source } from './source.js'

/** Possible kinds of a word, as bits. */
export const SECRET_NAME = 1
/** `name` of an entry. */
const ENTRY_NAME = 2
/** `value` of an entry. */
export const ENTRY_VALUE = 8
/** A command that has a password at a fixed position. */
export const COMMAND = 16
/** A word that is followed by credentials: `Bearer`. */
export const LEAD = 4

const LEADS =
  'bearer basic digest identified into insert code ticket magic pdo mysqli mysql pgsql sqlsrv oci odbc dblib firebird informix'.split(
    ' ',
  )
const LETTERS = 26

/** The next state by state and letter, after Aho and Corasick: finds all parts of names in one pass. */
export const NEXT = new Uint16Array((NAME_PARTS.anywhere.join('').length + 1) * LETTERS)
/** Whether a part ends in a state. */
export const ENDS = new Uint8Array(NEXT.length / LETTERS)
/** The possible kinds of a whole word, by its hash, which other words may share. */
export const BY_HASH = new Uint8Array(4_096)

export function hashOf(hash: number, letter: number): number {
  return (hash * 31 + letter) & 4_095
}

function insertAll(words: readonly string[]): number {
  let states = 1
  for (const word of words) {
    let state = 0
    for (const letter of word) {
      const edge = state * LETTERS + letter.charCodeAt(0) - 97
      if (NEXT[edge] === 0) NEXT[edge] = states++
      state = NEXT[edge] as number
    }
    ENDS[state] = 1
  }
  return states
}

/** Adds the transitions for a letter that continues no word. */
function link(states: number): void {
  const fallback = new Uint16Array(states)
  const queue = [0]
  for (const state of queue) {
    for (let letter = 0; letter < LETTERS; letter++) {
      const edge = state * LETTERS + letter
      const other = state === 0 ? 0 : (NEXT[(fallback[state] as number) * LETTERS + letter] as number)
      const next = NEXT[edge] as number
      if (next === 0) NEXT[edge] = other
      else {
        fallback[next] = other
        ENDS[next] = (ENDS[next] as number) | (ENDS[other] as number)
        queue.push(next)
      }
    }
  }
}

function addHashes(words: readonly string[], bit: number): void {
  for (const word of words) {
    const hash = [...word].reduce((sum, letter) => hashOf(sum, letter.charCodeAt(0)), 0)
    BY_HASH[hash] = (BY_HASH[hash] as number) | bit
  }
}

/** Whether a short text may be the name of a secret: a quick check that excludes most texts. */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one loop over the characters, which calls would slow down
export function mayNameSecret({ codes }: Source, from: number, to: number): boolean {
  let state = 0
  let hash = 0
  let isLower = false
  for (let at = from; at < to; at++) {
    const code = codes[at] as number
    if (code > 127 || code === 37) return true
    const letter = code | 32
    const isLetter = letter > 96 && letter < 123
    if (!isLetter || (code < 91 && isLower)) {
      if (isSecretWord(hash)) return true
      hash = 0
    }
    isLower = isLetter && code > 96
    if (!isLetter) continue
    hash = hashOf(hash, letter)
    state = NEXT[state * LETTERS + letter - 97] as number
    if (ENDS[state] !== 0) return true
  }
  return isSecretWord(hash)
}

function isSecretWord(hash: number): boolean {
  return ((BY_HASH[hash] as number) & SECRET_NAME) !== 0
}

link(insertAll(NAME_PARTS.anywhere))
addHashes(NAME_PARTS.words, SECRET_NAME)
addHashes(ENTRY_WORDS.naming, ENTRY_NAME)
addHashes(ENTRY_WORDS.value, ENTRY_VALUE)
addHashes(LEADS, LEAD)
addHashes(COMMAND_WORDS, COMMAND)
