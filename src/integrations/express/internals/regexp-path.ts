/** How path-to-regexp 0.1 ends the expression of a mount path that was given as text. */
const TEXT_END = '\\/?(?=\\/|$)'

type Keys = readonly { readonly name: string | number }[]

/**
 * The path from which path-to-regexp 0.1 (Express 4) made an expression. 0.1.7 and 0.1.10 write slashes, arrays and optional
 * parts differently; both are read.
 *
 * @param keys the names of the groups, in their order
 */
export function regexpPath(regexp: RegExp & { fast_star?: boolean }, keys: Keys): string {
  if (regexp.fast_star) return '*'
  if (!regexp.source.includes(TEXT_END)) return String(regexp)
  // An array: (?:^…|^…) in 0.1.7, ^…|^… later.
  const source = regexp.source.startsWith('(?:^') ? regexp.source.slice(3, -1) : regexp.source
  const reader = new PathReader(keys)
  return source
    .split(/(?<=\(\?=\\\/\|\$\))\|/)
    .map((part) => (part.endsWith(TEXT_END) ? reader.read(part.slice(1, -TEXT_END.length)) : `/${part}/`))
    .join('|')
}

/** Turns expressions back into path text; the groups of all parts share one list of names. */
class PathReader {
  #source = ''
  #at = 0
  #group = 0

  constructor(private readonly keys: Keys) {}

  read(source: string): string {
    this.#source = source
    this.#at = 0
    return this.#sequence()
  }

  /** Up to the end, or to the bracket that closes a group. */
  #sequence(): string {
    let text = ''
    while (this.#at < this.#source.length && this.#source[this.#at] !== ')') text += this.#piece()
    return text
  }

  #piece(): string {
    if (this.#takes('(?:')) return this.#wrapper()
    if (this.#source[this.#at] === '(') return this.#capture()
    const escaped = this.#takes('\\')
    const char = this.#source[this.#at++] ?? ''
    return escaped && !'/.'.includes(char) ? `\\${char}` : char
  }

  /** `(?:\/([^\/]+?))` stands for a parameter; one that the app wrote stays a group. */
  #wrapper(): string {
    const inner = this.#sequence()
    this.#at += 1
    const isParameter = /^[/.]?:\w+(\(.*\))?\*?$/.test(inner)
    return (isParameter ? inner : `(${inner})`) + (this.#takes('?') ? '?' : '')
  }

  #capture(): string {
    const name = this.keys[this.#group++]?.name
    const start = this.#at
    this.#at = endOfGroup(this.#source, start)
    const inner = this.#source.slice(start + 1, this.#at - 1)
    // A star in it is a group of its own.
    this.#group += countGroups(inner)
    if (typeof name === 'string' && isDefault(inner)) return `:${name}`
    if (/^\(\?:\[[^\]]*\]\.\+\?\)\?$/.test(inner)) return '*'
    const custom = inner.replaceAll('(.*)', '*').replaceAll('\\/', '/')
    if (typeof name === 'string') return `:${name}(${custom})`
    return inner === '.*' ? '*' : `(${custom})`
  }

  #takes(text: string): boolean {
    if (!this.#source.startsWith(text, this.#at)) return false
    this.#at += text.length
    return true
  }
}

/** Whether a parameter takes what it takes when the app does not say anything else. */
function isDefault(expression: string): boolean {
  return /^\[\^[/\\.]+\]\+\?$/.test(expression) || expression.startsWith('(?:(?!')
}

function countGroups(expression: string): number {
  return expression.match(/(?<!\\)\((?!\?)/g)?.length ?? 0
}

/** Where the group that begins at an index is closed, and one further. */
function endOfGroup(source: string, start: number): number {
  let depth = 0
  for (let at = start; at < source.length; at++) {
    if (source[at] === '\\') at += 1
    else if (source[at] === '(') depth += 1
    else if (source[at] === ')' && --depth === 0) return at + 1
  }
  return source.length
}
