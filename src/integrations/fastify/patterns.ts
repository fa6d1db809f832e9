/** One kind of part of a pattern, from the most to the least particular: the router tries them in this order. */
const KINDS = { text: 0, mixed: 1, parameter: 2, wildcard: 3 } as const

interface Pattern<T> {
  readonly kinds: readonly number[]
  readonly expression: RegExp
  readonly value: T
}

export interface PatternOptions {
  readonly caseSensitive: boolean
}

/**
 * Finds the pattern that Fastify's router takes for a path, for requests that were answered before their route's handler
 * could say. Knows find-my-way's syntax: `:id`, `:id(\\d+)`, `:from-:to`, `:file.png`, `:last?`, `*`, `::`.
 */
export class Patterns<T> {
  readonly #byMethod = new Map<string, Pattern<T>[]>()
  readonly #flags: string
  #isSorted = true

  constructor({ caseSensitive }: PatternOptions) {
    this.#flags = caseSensitive ? '' : 'i'
  }

  add(method: string, pattern: string, value: T): void {
    const known = this.#byMethod.get(method) ?? []
    this.#byMethod.set(method, known)
    const segments = pattern.split('/')
    const source = segments.map((segment) => sourceOf(segment)).join('/')
    // `/:last?` also takes the path without it; a slash at the end may be tolerated by the router.
    const optional = source.replace(/\/\(\?:([^()]*(?:\([^()]*\)[^()]*)*)\)\?$/, '(?:/$1)?')
    known.push({ kinds: segments.map(kindOf), expression: new RegExp(`^${optional}/?$`, this.#flags), value })
    this.#isSorted = false
  }

  find(method: string, path: string): T | null {
    if (!this.#isSorted) this.#sort()
    return this.#byMethod.get(method)?.find(({ expression }) => expression.test(path))?.value ?? null
  }

  #sort(): void {
    for (const patterns of this.#byMethod.values()) patterns.sort((a, b) => compare(a.kinds, b.kinds))
    this.#isSorted = true
  }
}

const PARAMETER = /:\w+(\((?:[^()]|\([^()]*\))*\))?/g

function kindOf(segment: string): number {
  if (segment.endsWith('*')) return KINDS.wildcard
  const bare = segment.replaceAll('::', '')
  if (!bare.includes(':')) return KINDS.text
  return /^:\w+\??$/.test(bare) ? KINDS.parameter : KINDS.mixed
}

/** What stands for `::`, a colon that begins no parameter. */
const COLON = '\0'

function sourceOf(segment: string): string {
  if (segment.endsWith('*')) return `${literal(segment.slice(0, -1))}.*`
  const isOptional = segment.endsWith('?')
  const text = (isOptional ? segment.slice(0, -1) : segment).replaceAll('::', COLON)
  let source = ''
  let end = 0
  for (const match of text.matchAll(PARAMETER)) {
    source += literal(text.slice(end, match.index)) + (match[1] ?? '[^/]+?')
    end = match.index + match[0].length
  }
  source += literal(text.slice(end))
  return isOptional ? `(?:${source})?` : source
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(COLON, ':')
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const difference = (a[index] as number) - (b[index] as number)
    if (difference !== 0) return difference
  }
  return b.length - a.length
}
