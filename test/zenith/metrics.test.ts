import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Zenith } from '../../src/runtime/create-zenith.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { heartbeatOf } from '../stores/samples.js'
import { everyMetric } from './support/every-metric.js'
import { type Family, parseMetrics, type Sample } from './support/prometheus.js'
import { beatOf, present, report, rollupOf } from './support/records.js'
import { openZenith, seen } from './support/zenith.js'

async function scrape(zenith: Zenith, path = '/metrics'): Promise<string> {
  const response = await zenith.fetch(new Request(`http://localhost${path}`))
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  return response.text()
}

/** Samples of one name, whatever family they are of. */
function samplesOf(families: readonly Family[], name: string): readonly Sample[] {
  return families.flatMap((family) => family.samples).filter((sample) => sample.name === name)
}

function figureOf(families: readonly Family[], name: string, labels: Readonly<Record<string, string>> = {}): number {
  const fits = ({ labels: own }: Sample) => Object.entries(labels).every(([label, value]) => own[label] === value)
  return present(samplesOf(families, name).find(fits)).value
}

const routesOf = (durations: readonly number[]) => [{ key: 'GET /users/:id', durations, errors: 1 }]
const jobsOf = (durations: readonly number[]) => [{ key: 'mail', queue: 'high', durations, errors: 2 }]

describe('/metrics', () => {
  it('gives a live node’s figures in base units, under the names of OpenTelemetry', async () => {
    const store = memoryStore()
    const cpu = { system: 20, process: 12.5, processCores: 0.25, cores: 2, load: null, throttled: 250 }
    await report(store, heartbeatOf('shop', 'web-1', { cpu }))
    const zenith = openZenith({ store })
    const families = await parseMetrics(await scrape(zenith))
    expect((await parseMetrics(await scrape(zenith, '/api/metrics'))).length).toBe(families.length)
    const node = { service: 'shop', node: 'web-1' }
    const expected: Readonly<Record<string, number>> = {
      process_cpu_utilization_ratio: 0.125,
      system_cpu_utilization_ratio: 0.2,
      quasar_cpu_throttled_seconds: 0.25,
      process_memory_usage_bytes: 9e7,
      v8js_memory_heap_used_bytes: 4e7,
      nodejs_eventloop_utilization_ratio: 0.2,
      nodejs_eventloop_delay_p50_seconds: 0.0001,
      nodejs_eventloop_delay_p99_seconds: 0.003,
      quasar_gc_pause_seconds: 0.0045,
      process_uptime_seconds: 120,
      http_server_active_requests: 2,
      quasar_recorder_dropped_records_total: 0,
    }
    for (const [name, value] of Object.entries(expected)) {
      expect([name, figureOf(families, name, node)]).toEqual([name, value])
    }
    expect(figureOf(families, 'system_memory_usage_bytes', { ...node, system_memory_state: 'free' })).toBe(3e9)
    const disk = { ...node, system_filesystem_mountpoint: '/' }
    expect(figureOf(families, 'system_filesystem_utilization_ratio', disk)).toBe(0.6)
    expect(figureOf(families, 'quasar_nodes', { service: 'shop', state: 'live' })).toBe(1)
    expect(figureOf(families, 'quasar_store_up')).toBe(1)
  })

  it('has no sample for what is not known', async () => {
    const store = memoryStore()
    await report(store, beatOf('php', 'worker'))
    const text = await scrape(openZenith({ store }))
    expect(text).not.toMatch(/null|undefined|NaN/)
    expect(samplesOf(await parseMetrics(text), 'process_cpu_utilization_ratio')).toEqual([])
    expect(samplesOf(await parseMetrics(text), 'quasar_node_info')).toMatchObject([{ labels: { language: 'node' } }])
  })

  it('has histograms of requests and jobs over all nodes that only grow, each rollup once', async () => {
    const store = memoryStore()
    const zenith = openZenith({ store })
    const now = Date.now()
    const write = (node: string, from: number, durations: readonly number[]) =>
      report(store, beatOf('shop', node, { timestamp: from + 10_000 }), {
        rollups: [rollupOf(node, from, from + 10_000, routesOf(durations), jobsOf(durations))],
      })
    await write('web-1', now - 60_000, [4, 40, 400])
    const before = await parseMetrics(await scrape(zenith))
    const labels = { service: 'shop', http_request_method: 'GET', http_route: '/users/:id' }
    expect(figureOf(before, 'http_server_request_duration_seconds_count', labels)).toBe(3)

    await write('web-2', now - 60_000, [4_000, 40_000])
    // The same once more, as after a time-out.
    await write('web-2', now - 60_000, [4_000, 40_000])
    await seen(zenith, (overview) => expect(overview.nodes).toHaveLength(2))
    const after = await parseMetrics(await scrape(zenith))
    const atMost = { '0.005': 1, '0.05': 2, '0.25': 2, '0.5': 3, 5: 4, 10: 4, '+Inf': 5 }
    for (const [le, count] of Object.entries(atMost)) {
      expect([le, figureOf(after, 'http_server_request_duration_seconds_bucket', { ...labels, le })]).toEqual([
        le,
        count,
      ])
    }
    expect(figureOf(after, 'http_server_request_duration_seconds_count', labels)).toBe(5)
    expect(figureOf(after, 'http_server_request_duration_seconds_sum', labels) / 44.444).toBeCloseTo(1, 1.4)
    const job = { messaging_destination_name: 'high', job_name: 'mail' }
    expect(figureOf(after, 'messaging_process_duration_seconds_count', job)).toBe(5)
    expect(figureOf(after, 'quasar_http_errors_total', labels)).toBe(2)
    expect(figureOf(after, 'quasar_job_errors_total')).toBe(4)
    expect(fallen(before, after)).toEqual([])
  })

  it('takes routes that come when there are too many for one, so that no count falls', async () => {
    const store = memoryStore()
    const zenith = openZenith({ store })
    const write = (round: number) => {
      const routes = Array.from({ length: 150 }, (_, index) => ({ key: `GET /${round}/${index}`, durations: [5] }))
      const from = Date.now() - 60_000 + round * 10_000
      const rollups = [rollupOf('web-1', from, from + 10_000, routes)]
      return report(store, beatOf('shop', 'web-1', { timestamp: Date.now() + round }), { rollups })
    }
    let before = await parseMetrics(await scrape(zenith))
    for (const round of [1, 2, 3]) {
      await write(round)
      const total = (families: readonly Family[]) =>
        samplesOf(families, 'quasar_http_requests_total').reduce((sum, { value }) => sum + value, 0)
      await seen(zenith, async () => expect(total(await parseMetrics(await scrape(zenith)))).toBe(round * 150))
      const after = await parseMetrics(await scrape(zenith))
      expect(fallen(before, after)).toEqual([])
      before = after
    }
    expect(samplesOf(before, 'quasar_http_requests_total')).toHaveLength(201)
    expect(figureOf(before, 'quasar_http_requests_total', { http_route: '(other)' })).toBe(250)
  })

  it('keeps hostile names in their labels', async () => {
    const names = ['a"b', 'a\\b', 'a\nb', 'a\\"b', '"} 1', 'ünï', '# HELP x', 'a\\nb']
    const store = memoryStore()
    for (const name of names) {
      const rollups = [rollupOf(name, Date.now() - 20_000, Date.now() - 10_000, [{ key: name, durations: [1] }])]
      await report(store, beatOf(name, name, { hostname: name, cpu: { process: 1 } }), { rollups })
    }
    const text = await scrape(openZenith({ store }))
    for (const line of text.trimEnd().split('\n')) {
      expect(line).toMatch(/^# (HELP|TYPE) \w+ .+$|^\w+(\{(\w+="(\\["\\n]|[^"\\\n])*",?)*\})? (\+Inf|[-\d.e+]+)$/)
    }
    const families = await parseMetrics(text)
    for (const [name, label] of [
      ['quasar_http_requests_total', 'http_route'],
      ['process_cpu_utilization_ratio', 'node'],
      ['quasar_node_info', 'hostname'],
    ] as const) {
      const found = samplesOf(families, name).map(({ labels }) => labels[label])
      expect(found.sort()).toEqual([...names].sort())
    }
  })

  it('says that the store is down, and nothing that is old', async () => {
    const memory = memoryStore()
    await report(memory, heartbeatOf('shop', 'web-1'))
    let isDown = false
    const store = { ...memory, nodes: () => (isDown ? Promise.reject(new Error('ECONNREFUSED')) : memory.nodes()) }
    const zenith = openZenith({ store })
    expect(figureOf(await parseMetrics(await scrape(zenith)), 'quasar_store_up')).toBe(1)
    isDown = true
    await seen(zenith, (overview) => expect(overview.store.ok).toBe(false))
    expect((await parseMetrics(await scrape(zenith))).map((family) => family.name)).toEqual(['quasar_store_up'])
  })

  it('is in the documentation, name by name', async () => {
    const text = await everyMetric()
    const names = [...text.matchAll(/^# TYPE (\w+) /gm)].map((line) => line[1])
    const docs = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8')
    const documented = [...docs.matchAll(/^\| `([a-z0-9_]+)` \| (?:gauge|counter|histogram) /gm)].map((row) => row[1])
    expect(documented.sort()).toEqual([...names].sort())
  })
})

/** Counters, and figures of histograms, that were larger before or are gone. */
function fallen(before: readonly Family[], after: readonly Family[]): string[] {
  const later = figuresOf(after)
  return [...figuresOf(before)].filter(([id, value]) => !((later.get(id) ?? -1) >= value)).map(([id]) => id)
}

function figuresOf(families: readonly Family[]): Map<string, number> {
  const counting = families.filter(({ type }) => type === 'counter' || type === 'histogram')
  const samples = counting.flatMap((family) => family.samples)
  return new Map(samples.map(({ name, labels, value }) => [JSON.stringify([name, labels]), value]))
}
