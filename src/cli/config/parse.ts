import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type YAMLError,
} from 'yaml'
import type { Complain, Entry, Place, Tree } from './tree.js'

/** An alias is found by going through the file, and may stand for a large part of it. */
const MAX_ALIASES = 100
const MAX_NODES = 20_000
const MAX_DEPTH = 10

const NO_ANCHOR = 'an alias (*) needs an anchor (&) of its name before it; put a text that begins with * into quotes'
const TOO_DEEP = 'is nested too deeply'
/** The messages of the parser quote the file, which may have secrets. */
const SYNTAX: Readonly<Record<string, string>> = {
  BAD_ALIAS: NO_ANCHOR,
  BAD_DQ_ESCAPE: 'a backslash in double quotes begins no known escape; use single quotes for a plain backslash',
  BAD_INDENT: 'the indentation fits no line above, or a bracket or a brace is not closed',
  BAD_SCALAR_START: 'a text that begins with @, `, % or another special character takes quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a key and its value do not fit on one line; put a text with a colon and a space into quotes',
  MISSING_CHAR: 'a bracket, a brace, a quote, a comma or a colon is missing',
  MULTILINE_IMPLICIT_KEY: 'a line has no colon with a space behind it, or a bracket or a quote is not closed',
  MULTIPLE_DOCS: 'takes one document: a second one begins here',
  RESOURCE_EXHAUSTION: TOO_DEEP,
  TAB_AS_INDENT: 'takes spaces for indentation, not tabs',
  TAG_RESOLVE_FAILED: 'takes no tag of YAML (!) but !!str, !!int, !!bool, !!map and !!seq, and no value without a type',
  UNEXPECTED_TOKEN: 'something stands where YAML allows nothing; put a text with special characters into quotes',
}
const NO_YAML = 'can’t be read as YAML'

/**
 * @param text of a YAML or JSON file
 * @returns null when it can't be read; the reasons were complained of
 */
export function parseTree(text: string, complain: Complain): Tree | null {
  const lines = new LineCounter()
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const document = parsed(text, lines)
  if (!document) {
    complain(placeOf(0), null, TOO_DEEP)
    return null
  }
  const wrong = firstAtEach([...document.errors, ...document.warnings])
  for (const { code, pos } of wrong) complain(placeOf(pos[0]), null, SYNTAX[code] ?? NO_YAML)
  return wrong.length > 0 ? null : new Builder(document, placeOf, complain).build()
}

/** One mistake has several errors. */
function firstAtEach(errors: readonly YAMLError[]): readonly YAMLError[] {
  const offsets = new Set<number>()
  return errors.filter(({ pos: [offset] }) => !offsets.has(offset) && offsets.add(offset))
}

/** @returns null if it is nested deeper than the stack allows */
function parsed(text: string, lineCounter: LineCounter): Document | null {
  try {
    // Keys are compared here: the parser compares each with all others.
    return parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: false, logLevel: 'error' })
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

/** What the file has too much of; ends the reading. */
class TooMuch extends Error {}

class Builder {
  readonly #document: Document
  readonly #placeOf: (offset: number) => Place
  readonly #complain: Complain
  #aliases = 0
  #nodes = 0

  constructor(document: Document, placeOf: (offset: number) => Place, complain: Complain) {
    this.#document = document
    this.#placeOf = placeOf
    this.#complain = complain
  }

  build(): Tree | null {
    try {
      return this.#tree(this.#document.contents, this.#placeOf(0), '', 0)
    } catch (error) {
      if (!(error instanceof TooMuch)) throw error
      this.#complain(this.#placeOf(0), null, error.message)
      return null
    }
  }

  /** @param by where it is, for what has no place of its own */
  #tree(node: Node | null, by: Place, field: string, depth: number): Tree {
    this.#nodes += 1
    if (this.#nodes > MAX_NODES) throw new TooMuch(`has more than ${MAX_NODES} values`)
    if (depth > MAX_DEPTH) throw new TooMuch(`is nested deeper than ${MAX_DEPTH}`)
    if (isAlias(node)) return this.#tree(this.#target(node), by, field, depth + 1)
    const at = node?.range ? this.#placeOf(node.range[0]) : by
    if (isMap<Node, Node | null>(node)) return { kind: 'map', at, entries: this.#entries(node.items, at, field, depth) }
    if (isSeq<Node>(node)) {
      const items = node.items.map((item, index) => this.#tree(item, at, `${field}[${index}]`, depth + 1))
      return { kind: 'list', at, items }
    }
    return { kind: 'value', at, value: isScalar(node) ? plain(node.value) : null }
  }

  #target(alias: Alias): Node | null {
    this.#aliases += 1
    if (this.#aliases > MAX_ALIASES) throw new TooMuch(`has more than ${MAX_ALIASES} aliases (*)`)
    const target = alias.resolve(this.#document)
    if (!target) this.#complain(this.#placeOf(alias.range?.[0] ?? 0), null, NO_ANCHOR)
    return target ?? null
  }

  #entries(pairs: readonly Pair<Node, Node | null>[], by: Place, field: string, depth: number): Entry[] {
    const lines = new Map<string, number>()
    const entries: Entry[] = []
    for (const { key: node, value } of pairs) {
      const at = node?.range ? this.#placeOf(node.range[0]) : by
      const key = isScalar(node) ? String(node.value) : null
      const path = pathOf(field, key ?? '?')
      const first = key === null ? undefined : lines.get(key)
      if (key === null) this.#complain(at, field || null, 'takes texts as keys')
      else if (first !== undefined) this.#complain(at, shownPath(path), `is there twice, first on line ${first}`)
      else {
        lines.set(key, at.line)
        entries.push({ key, at, value: this.#tree(value, at, path, depth + 1) })
      }
    }
    return entries
  }
}

function plain(value: unknown): string | number | boolean | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
}

export function pathOf(field: string, key: string): string {
  return field === '' ? key : `${field}.${key}`
}

/** A key that is no name may be a secret in the wrong place. */
const NAME = /^[A-Za-z_-]{0,30}(\[\d+\])*$/

/** @returns the path, with `…` for what is no name */
export function shownPath(path: string): string {
  return path
    .split('.')
    .map((part) => (NAME.test(part) ? part : '…'))
    .join('.')
}
