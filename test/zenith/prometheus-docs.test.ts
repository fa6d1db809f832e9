import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { PATHS } from '../../src/zenith/operations.js'
import { blocksOf } from '../support/docs-blocks.js'
import { everyMetric } from './support/every-metric.js'
import { type Family, parseMetrics } from './support/prometheus.js'
import { readPromql } from './support/promql.js'
import { present } from './support/records.js'

const PAGE = 'docs/prometheus.md'

interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[]
}

interface Variable {
  readonly name: string
  readonly type: string
  readonly query: string | { readonly query: string }
}

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly annotations: { readonly summary: string }
}

const dashboard: { templating: { list: Variable[] }; panels: Panel[] } = JSON.parse(
  readFileSync('docs/grafana/quasar.json', 'utf8'),
)
const rules: Rule[] = parse(blocksOf(PAGE, 'yaml rules').join('')).groups.flatMap(
  ({ rules }: { rules: Rule[] }) => rules,
)
const targets = dashboard.panels.flatMap(({ title, targets = [] }) => targets.map((target) => ({ title, ...target })))
const queries = dashboard.templating.list.flatMap(({ name, type, query }) =>
  type === 'query' && typeof query === 'object' ? [{ name, query: query.query }] : [],
)

/** Labels that Prometheus adds to whatever it scrapes. */
const OF_SCRAPES = ['instance', 'job']

let served: readonly Family[]
beforeAll(async () => {
  served = await parseMetrics(await everyMetric())
})

/** The labels of a metric, by the name of its samples, with the values that are served. */
function labelsOf(metric: string): ReadonlyMap<string, ReadonlySet<string>> {
  const samples = served.flatMap((family) => family.samples).filter(({ name }) => name === metric)
  expect(samples.length, metric).toBeGreaterThan(0)
  const labels = new Map<string, Set<string>>(OF_SCRAPES.map((name) => [name, new Set()]))
  for (const sample of samples)
    for (const [name, value] of Object.entries(sample.labels))
      labels.set(name, (labels.get(name) ?? new Set()).add(value))
  return labels
}

function typeOf(metric: string): string {
  return present(served.find(({ samples }) => samples.some(({ name }) => name === metric))).type
}

/** What a query asks for that `/metrics` does not serve. */
function complaints(expr: string): string[] {
  const { selectors, groupings, counted, quantiles } = readPromql(expr)
  const missing = selectors.flatMap(({ metric, matchers }) => {
    const labels = labelsOf(metric)
    return matchers.flatMap(({ label, values }) => {
      const known = labels.get(label)
      if (!known) return [`${metric} has no label ${label}`]
      return values.filter((value) => !known.has(value)).map((value) => `${metric} has no ${label}="${value}"`)
    })
  })
  const ungrouped = groupings.flatMap(({ label, metrics }) =>
    metrics.filter((metric) => !labelsOf(metric).has(label)).map((metric) => `${metric} has no label ${label}`),
  )
  // A counter says something by its increase only, and only what counts has one.
  const wrong = selectors.filter(({ metric }) => {
    return ['counter', 'histogram'].includes(typeOf(metric)) !== counted.includes(metric)
  })
  const flat = quantiles.filter(({ metric, labels }) => {
    return typeOf(metric) !== 'histogram' || !metric.endsWith('_bucket') || !labels.includes('le')
  })
  return [
    ...missing,
    ...ungrouped,
    ...wrong.map(({ metric }) => `${metric} is a ${typeOf(metric)}`),
    ...flat.map(({ metric }) => `${metric} has no quantiles`),
  ]
}

/** Labels in a legend or an annotation that a result does not have. */
function unnamed(expr: string, labels: readonly string[]): string[] {
  const { selectors, results } = readPromql(expr)
  const kept = results ?? selectors.flatMap(({ metric }) => [...labelsOf(metric).keys()])
  return labels.filter((label) => !kept.includes(label))
}

describe('the dashboard', () => {
  it.each(targets)('$title: $legendFormat', ({ expr, legendFormat }) => {
    expect(complaints(expr)).toEqual([])
    const labels = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label)
    expect(unnamed(expr, labels)).toEqual([])
  })

  it.each(queries)('finds the values of its variable $name', ({ query }) => {
    const [, selector = '', label = ''] = present(/^label_values\((.+), (\w+)\)$/.exec(query))
    expect(complaints(selector)).toEqual([])
    expect(unnamed(selector, [label])).toEqual([])
  })

  it('has every variable that it uses', () => {
    const names = dashboard.templating.list.map(({ name }) => name)
    expect(names).toEqual(['datasource', 'zenith', 'service', 'node', 'queue'])
    const texts = [...targets.map(({ expr }) => expr), ...queries.map(({ query }) => query)]
    const used = texts.flatMap((text) => [...text.matchAll(/\$(\w+)/g)].map(([, name = '']) => name))
    expect([...new Set(used)].filter((name) => !names.includes(name) && name !== '__rate_interval')).toEqual([])
    expect(JSON.stringify(dashboard.panels)).not.toMatch(/"uid":"(?!\$\{datasource\})/)
  })

  it('shows one Zenith at a time, so that two do not count twice', () => {
    const all = targets.flatMap(({ expr }) => readPromql(expr).selectors)
    expect(all.length).toBeGreaterThan(50)
    expect(all.filter(({ text }) => !text.includes('instance="$zenith"'))).toEqual([])
  })

  it('has its rows, and no panel over another', () => {
    const rows = dashboard.panels.filter(({ type }) => type === 'row').map(({ title }) => title)
    expect(rows).toEqual(['Fleet', 'Requests', 'Jobs', 'Queues', 'Event loop and memory'])
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) => {
      expect(x + w).toBeLessThanOrEqual(24)
      return Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`)
    })
    expect(new Set(cells).size).toBe(cells.length)
  })
})

describe('the alert rules', () => {
  it.each(rules)('$alert', ({ expr, annotations: { summary } }) => {
    expect(complaints(expr)).toEqual([])
    const labels = [...summary.matchAll(/\$labels\.(\w+)/g)].map(([, label = '']) => label)
    expect(unnamed(expr, labels)).toEqual([])
  })

  it('are five', () => {
    expect(rules).toHaveLength(5)
  })
})

it('the scrape config asks for a path that Zenith has', () => {
  const [config] = blocksOf(PAGE, 'yaml scrape').map((text) => parse(text).scrape_configs[0])
  expect(PATHS).toContain(config.metrics_path)
})

describe('complaints', () => {
  it.each([
    ['sum(quasar_nodes{state="gone"})', ['quasar_nodes has no state="gone"']],
    ['quasar_nodes{node="a"}', ['quasar_nodes has no label node']],
    ['quasar_queue_jobs{state=~"waiting|lost"}', ['quasar_queue_jobs has no state="lost"']],
    ['sum by (service) (quasar_queue_workers)', ['quasar_queue_workers has no label service']],
    ['sum by (service) (quasar_http_requests_total)', ['quasar_http_requests_total is a counter']],
    ['rate(process_memory_usage_bytes[5m])', ['process_memory_usage_bytes is a gauge']],
    [
      'histogram_quantile(0.9, sum by (le) (nodejs_eventloop_delay_p99_seconds))',
      ['nodejs_eventloop_delay_p99_seconds has no label le', 'nodejs_eventloop_delay_p99_seconds has no quantiles'],
    ],
    [
      'histogram_quantile(0.9, sum by (service) (rate(messaging_process_duration_seconds_bucket[5m])))',
      ['messaging_process_duration_seconds_bucket has no quantiles'],
    ],
  ])('%s', (expr, expected) => {
    expect(complaints(expr)).toEqual(expected)
  })
})
