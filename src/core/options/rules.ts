import { escapeRegExp, globOf } from '../../lib/glob.js'

/** Matches names: text is the whole name, where `*` stands for anything; a regular expression is tested on it. */
export type Pattern = string | RegExp

/** A threshold in ms, or rules tried in order, the last entry being the threshold for the rest. `false`: nothing is slow. */
export type SlowRules = number | false | readonly [...(readonly [Pattern, number])[], number]

/** What is left alone: paths (`*` stands for anything), patterns, or a function of the path that says so. */
export type IgnoreRule = Pattern | ((path: string) => boolean)

/** The threshold in ms for something that goes by these names: what the first rule that matches one of them says. */
export function compileSlowRules(rules: SlowRules): (...names: string[]) => number {
  if (rules === false) return () => Number.POSITIVE_INFINITY
  if (typeof rules === 'number') return () => rules
  const fallback = rules[rules.length - 1] as number
  const special = (rules.slice(0, -1) as readonly (readonly [Pattern, number])[]).map(compileSlowRule)
  return (...names) => special.find(({ test }) => names.some(test))?.ms ?? fallback
}

/** Whether a path is to be left alone. A function that throws counts as no. */
export function compileIgnore(rules: readonly IgnoreRule[]): ((path: string) => boolean) | null {
  if (rules.length === 0) return null
  const tests = rules.map(compileRule)
  return (path) => {
    for (const test of tests) if (test(path)) return true
    return false
  }
}

/**
 * Finds the ignored path that another one is a spelling of: only its letter case and a slash at its end differ. Whether both
 * are the same is up to the router. Rules of text alone can tell.
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

/** Paths come from clients: part by part, so that several `*` in a rule cost no more than one. */
function compileSpelling(rule: string): (path: string) => string | null {
  const parts = rule.split('*').map((part, index, { length }) => compilePart(part, index === 0, index === length - 1))
  const isWhole = parts.length === 1
  return (path) => {
    // An expression takes longer than all else that is asked of a request's path.
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

/** Asked for every request. */
function compileRule(rule: IgnoreRule): (path: string) => boolean {
  return typeof rule === 'function' ? (path) => rule(path) === true : compilePattern(rule)
}

/** `search` leaves an expression's `lastIndex` alone. */
function compilePattern(pattern: Pattern): (name: string) => boolean {
  return typeof pattern === 'string' ? globOf(pattern) : (name) => name.search(pattern) !== -1
}
