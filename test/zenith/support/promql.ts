/** What a query of Prometheus names, as far as the dashboard and the rules of the docs go: no subqueries, no `without`, no `offset`. */
export interface Promql {
  readonly selectors: readonly Selector[]
  /** Each label of a `by` or `on`, with the metrics that need it. */
  readonly groupings: readonly { readonly label: string; readonly metrics: readonly string[] }[]
  /** Metrics within `rate` and the like. */
  readonly counted: readonly string[]
  /** Metrics within `histogram_quantile`, with the labels that they are grouped by. */
  readonly quantiles: readonly { readonly metric: string; readonly labels: readonly string[] }[]
  /** The labels of the result; null when it has those of its metrics. */
  readonly results: readonly string[] | null
}

interface Selector {
  readonly text: string
  readonly metric: string
  /** Values without a variable in them. */
  readonly matchers: readonly { readonly label: string; readonly values: readonly string[] }[]
}

const WORDS = ['and', 'or', 'unless', 'by', 'on', 'ignoring', 'without', 'bool']
const SELECTOR = /(?<![\w:$.])([a-z_:][\w:]*)(\{[^}]*\})?(?![\w:]*\s*\()(?![^{]*\})/gi
const GROUPING = /\b(by|on) \(([^)]*)\)/g
/** An aggregation with its labels first, as `sum by (a, b) (…)`. */
const AGGREGATION = /\b(?:sum|min|max|avg|count) by \(([^)]*)\) \(/g

export function readPromql(expr: string): Promql {
  const selectors = selectorsIn(expr)
  const metricsIn = (text: string) => selectorsIn(text).map(({ metric }) => metric)
  const aggregations = [...expr.matchAll(AGGREGATION)].map(({ 0: head, 1: labels = '', index }) => {
    return { labels: wordsOf(labels), metrics: metricsIn(innerOf(expr, index + head.length)) }
  })
  const joins = [...expr.matchAll(GROUPING)].filter(([, word]) => word === 'on')
  const all = selectors.map(({ metric }) => metric)
  const groupings = [
    ...aggregations,
    ...joins.map(([, , labels = '']) => ({ labels: wordsOf(labels), metrics: all })),
  ].flatMap(({ labels, metrics }) => labels.map((label) => ({ label, metrics })))
  const counted = callsOf(expr, /\b(?:rate|irate|increase)\(/g).flatMap(metricsIn)
  const quantiles = callsOf(expr, /\bhistogram_quantile\(/g).flatMap((inner) => {
    const labels = [...inner.matchAll(AGGREGATION)].flatMap(([, labels = '']) => wordsOf(labels))
    return metricsIn(inner).map((metric) => ({ metric, labels }))
  })
  const first = aggregations[0]
  const results = first ? first.labels.filter((label) => label !== 'le') : null
  return { selectors, groupings, counted, quantiles, results }
}

function selectorsIn(expr: string): Selector[] {
  const plain = expr.replace(GROUPING, (found) => ' '.repeat(found.length)).replace(/\[[^\]]*\]/g, '')
  return [...plain.matchAll(SELECTOR)].flatMap(([text, metric = '', braces = '']) => {
    if (WORDS.includes(metric)) return []
    const matchers = [...braces.matchAll(/(\w+)(=~|=)"([^"]*)"/g)].map(([, label = '', operator, value = '']) => {
      return { label, values: value.includes('$') ? [] : operator === '=' ? [value] : value.split('|') }
    })
    return [{ text, metric, matchers }]
  })
}

/** What stands between the parentheses of each call. */
function callsOf(expr: string, call: RegExp): string[] {
  return [...expr.matchAll(call)].map(({ 0: head, index }) => innerOf(expr, index + head.length))
}

/** From right after an opening parenthesis to the one that closes it. */
function innerOf(expr: string, start: number): string {
  let depth = 1
  for (let index = start; index < expr.length; index++) {
    if (expr[index] === '(') depth += 1
    if (expr[index] === ')') depth -= 1
    if (depth === 0) return expr.slice(start, index)
  }
  throw new Error(`A parenthesis is not closed: ${expr}`)
}

function wordsOf(list: string): string[] {
  return list.split(',').map((word) => word.trim())
}
