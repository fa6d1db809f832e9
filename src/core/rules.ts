/** Matches names: text is the whole name, where `*` stands for anything; a regular expression is tested on it. */
export type Pattern = string | RegExp

/** A threshold in ms, or rules tried in order, the last entry being the threshold for the rest. `false`: nothing is slow. */
export type SlowRules = number | false | readonly [...(readonly [Pattern, number])[], number]

/** What is left alone: paths (`*` stands for anything), patterns, or a function of the path that says so. */
export type IgnoreRule = Pattern | ((path: string) => boolean)

export function matches(pattern: Pattern, name: string): boolean {
  return typeof pattern === 'string' ? glob(pattern).test(name) : name.search(pattern) !== -1
}

/** The threshold in ms for something that goes by these names: what the first rule that matches one of them says. */
export function compileSlowRules(rules: SlowRules): (...names: string[]) => number {
  if (rules === false) return () => Number.POSITIVE_INFINITY
  if (typeof rules === 'number') return () => rules
  const fallback = rules[rules.length - 1] as number
  const special = rules.slice(0, -1) as readonly (readonly [Pattern, number])[]
  return (...names) => special.find(([pattern]) => names.some((name) => matches(pattern, name)))?.[1] ?? fallback
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

function compileSpelling(rule: string): (path: string) => string | null {
  const parts = rule.split('*')
  const last = parts.length - 1
  const escaped = parts.map((part, index) => escapeText(index === last ? part.replace(/\/$/, '') : part))
  const test = new RegExp(`^${escaped.join('(.*)')}/?$`, 'is')
  return (path) => {
    const found = test.exec(path)
    return found && parts.map((part, index) => part + (found[index + 1] ?? '')).join('')
  }
}

/** Asked for every request: most rules are plain paths, which are compared ten times faster than an expression is tried. */
function compileRule(rule: IgnoreRule): (path: string) => boolean {
  if (typeof rule === 'function') return (path) => rule(path) === true
  if (typeof rule === 'string' && !rule.includes('*')) return (path) => path === rule
  const test = typeof rule === 'string' ? glob(rule) : rule
  return (path) => path.search(test) !== -1
}

function glob(pattern: string): RegExp {
  return new RegExp(`^${pattern.split('*').map(escapeText).join('.*')}$`, 's')
}

function escapeText(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, '\\$&')
}
