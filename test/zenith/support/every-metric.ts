import { expect, vi } from 'vitest'
import { MAX_METRIC_NODES } from '../../../src/protocol/read-limits.js'
import { createZenith, type Zenith } from '../../../src/runtime/create-zenith.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { heartbeatOf } from '../../stores/samples.js'
import { plainSource } from '../../support/plain-source.js'
import { snapshotOf } from './changes.js'
import { beatOf, present, report, rollupOf } from './records.js'

const routes = [{ key: 'GET /users/:id', durations: [1], errors: 1 }]
const jobs = [{ key: 'welcome', queue: 'mail', durations: [1], errors: 1 }]
const mail = { name: 'mail', driver: 'bullmq', place: 'redis:6379/0 bull' }
const metrics = {
  waiting: 1,
  prioritized: 1,
  active: 1,
  delayed: 1,
  waitingChildren: 1,
  completed: 1,
  failed: 1,
}

/** What `/metrics` serves when everything that it can show is there, each metric with all of its labels. */
export async function everyMetric(): Promise<string> {
  const store = memoryStore()
  const full = heartbeatOf('shop', 'web-1')
  const memory = { ...full.memory, system: { ...full.memory.system, limit: 1e9 } }
  const now = Date.now()
  await report(
    store,
    { ...full, memory, cpu: { ...full.cpu, throttled: 1 } },
    { rollups: [rollupOf('web-1', now - 20_000, now - 10_000, routes, jobs)] },
  )
  await report(store, beatOf('crowd', 'one'))
  await store.writeQueues(snapshotOf('shop', [{ ...mail, metrics, oldestMs: 1, workers: 1, paused: false }]), 1)
  const failing = plainSource({ place: 'redis:6379/1' })
  failing.answer = () => Promise.reject(new Error('connect ECONNREFUSED'))
  const reader = { ...store, nodes: async () => crowded(await store.nodes()) }
  const queues = [plainSource({ has: ['bills'] }), failing]
  const zenith = createZenith({ store: reader, queues, auth: () => true, interval: 50, logger: false })
  try {
    return await vi.waitFor(() => withSources(zenith), { timeout: 15_000, interval: 100 })
  } finally {
    await zenith.close()
  }
}

/** Sources are read beside the rest: what is wrong with one may come later. */
async function withSources(zenith: Zenith): Promise<string> {
  const text = await (await zenith.fetch(new Request('http://localhost/metrics'))).text()
  expect(text).toContain('quasar_queue_source_error')
  return text
}

/** More nodes than there are samples of, read with a token and beyond a limit of the reader. */
function crowded<T extends { readonly nodes: readonly { readonly service: string }[] }>(read: T) {
  const one = present(read.nodes.find(({ service }) => service === 'crowd'))
  const crowd = Array.from({ length: MAX_METRIC_NODES }, (_, index) => ({ ...one, node: `crowd-${index}` }))
  return {
    ...read,
    nodes: [...read.nodes, ...crowd],
    trust: { isRequired: false, untrusted: [] },
    leftOut: { nodes: 1 },
  }
}
