import { escapeRegExp, globOf } from '../../lib/glob.js'

/** Matches names: a text is the whole name, where `*` stands for anything; a regular expression is tested on the name. */
export type Pattern = string | RegExp

/** A threshold in ms, or rules tried in order, the last entry being the threshold for the rest. `false`: nothing is slow. */
export type SlowRules = number | false | readonly [...(readonly [Pattern, number])[], number]

/** Paths to ignore: texts (`*` stands for anything), regular expressions, or a function of the path that returns true. */
export type IgnoreRule = Pattern | ((path: string) => boolean)

/** Compiles rules to the threshold, in ms, for something with these names: that of the first rule that matches one of them. */
export function compileSlowRules(rules: SlowRules): (...names: string[]) => number {
  if (rules === false) return () => Number.POSITIVE_INFINITY
  if (typeof rules === 'number') return () => rules
  const fallback = rules[rules.length - 1] as number
  const special = (rules.slice(0, -1) as readonly (readonly [Pattern, number])[]).map(compileSlowRule)
  return (...names) => special.find(({ test }) => names.some(test))?.ms ?? fallback
}

/** Compiles rules to a test whether a path is ignored. If a rule's function throws, the error passes through. */
export function compileIgnore(rules: readonly IgnoreRule[]): ((path: string) => boolean) | null {
  if (rules.length === 0) return null
  const tests = rules.map(compileRule)
  return (path) => {
    for (const test of tests) if (test(path)) return true
    return false
  }
}

/**
 * Finds the ignored path that another path is a spelling of: the two differ only in letter case and a trailing slash. The router decides
 * whether they are the same. Only text rules are considered.
 */
export function compileRespelling(rules: readonly IgnoreRule[]): ((path: string) => string | null) | null {
  const texts = rules.filter((rule) => typeof rule === 'string').map(compileSpelling)
  if (texts.length === 0) return null
  return (path) => {
    for (const respell of texts) {
      const ignored = respell(path)
      if (ignored !== null && ignored !== path) return ignored
    }
    return null
  }
}

/** Paths come from clients. They are matched part by part, so that several `*` in a rule cost no more than one. */
function compileSpelling(rule: string): (path: string) => string | null {
  const parts = rule.split('*').map((part, index, { length }) => compilePart(part, index === 0, index === length - 1))
  const isWhole = parts.length === 1
  return (path) => {
    // A regular expression takes longer than all other checks of a request's path.
    if (isWhole && Math.abs(path.length - rule.length) > 1) return null
    let rest = path
    let respelled = ''
    for (const { text, expression } of parts) {
      const found = expression.exec(rest)
      if (!found) return null
      respelled += rest.slice(0, found.index) + text
      rest = rest.slice(found.index + found[0].length)
    }
    return respelled
  }
}

function compilePart(text: string, isFirst: boolean, isLast: boolean) {
  const end = text === '' && !isFirst ? '$' : '/?$'
  const source = isLast ? `${escapeRegExp(text.replace(/\/$/, ''))}${end}` : escapeRegExp(text)
  return { text, expression: new RegExp(isFirst ? `^${source}` : source, 'i') }
}

function compileSlowRule([pattern, ms]: readonly [Pattern, number]) {
  return { test: compilePattern(pattern), ms }
}

/** Called for every request. */
function compileRule(rule: IgnoreRule): (path: string) => boolean {
  return typeof rule === 'function' ? (path) => rule(path) === true : compilePattern(rule)
}

/** `search` does not use or change an expression's `lastIndex`. */
function compilePattern(pattern: Pattern): (name: string) => boolean {
  return typeof pattern === 'string' ? globOf(pattern) : (name) => name.search(pattern) !== -1
}
