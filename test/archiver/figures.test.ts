import { describe, expect, test } from 'vitest'
import { encodeBody } from '../../src/archiver/figures/body.js'
import { LEVELS } from '../../src/archiver/figures/levels.js'
import { mergeFigures, QUEUES, TRAFFIC } from '../../src/archiver/figures/merge.js'
import { QueueBucket } from '../../src/archiver/figures/queue-bucket.js'
import { TrafficBucket } from '../../src/archiver/figures/traffic-bucket.js'
import type { FigureBucket, FigureQuery } from '../../src/ports/index.js'
import { type QueueHistory, type Rollup, Sketch, UNKNOWN_METRICS } from '../../src/protocol/index.js'

const MINUTE = 60_000
const START = Date.UTC(2026, 10, 30, 6)

/** The buckets of an archive, as its driver keeps them. */
class Buckets {
  readonly #buckets = new Map<string, FigureBucket>()

  async figures({ kind, scope, step, from, to }: FigureQuery): Promise<FigureBucket[]> {
    return [...this.#buckets.values()]
      .filter((one) => one.kind === kind && one.scope === scope && one.step === step)
      .filter((one) => one.from >= from && one.from < to)
      .sort((a, b) => a.from - b.from)
  }

  put(buckets: readonly FigureBucket[]): void {
    for (const one of buckets) this.#buckets.set(JSON.stringify([one.kind, one.scope, one.step, one.from]), one)
  }

  traffic(step: number): TrafficBucket[] {
    return this.#ofStep(step).map(({ body }) => TrafficBucket.decode(body) as TrafficBucket)
  }

  queues(step: number): QueueBucket[] {
    return this.#ofStep(step).map(({ body }) => QueueBucket.decode(body) as QueueBucket)
  }

  #ofStep(step: number): FigureBucket[] {
    return [...this.#buckets.values()].filter((one) => one.step === step).sort((a, b) => a.from - b.from)
  }
}

function rollup(node: string, from: number, count: number, durations: readonly number[] = []): Rollup {
  const sketch = new Sketch()
  for (const duration of durations) sketch.record(duration)
  const route = {
    key: 'GET /',
    count,
    errors: 1,
    aborted: 0,
    classes: [0, count - 1, 0, 0, 1],
    sketch: sketch.encode(),
  }
  const job = { ...route, key: 'send', queue: 'mail', failed: 1, stalled: 0, wait: sketch.encode(), classes: [] }
  return { v: 2, node, from, to: from + MINUTE, routes: [route], jobs: [job] }
}

async function merge(buckets: Buckets, records: readonly Rollup[]): Promise<void> {
  buckets.put(await mergeFigures(buckets, TRAFFIC, 'shop', records))
}

describe('traffic', () => {
  test('a record that lies in two minutes is divided between them, and its counts add up', async () => {
    const buckets = new Buckets()
    await merge(buckets, [rollup('web-1', START + 20_000, 100, [5, 10])])
    const counts = buckets.traffic(MINUTE).map(({ routes }) => routes.get('GET /')?.count)
    expect(counts).toEqual([67, 33])
    const classes = buckets.traffic(MINUTE).map(({ routes }) => routes.get('GET /')?.classes)
    expect(classes).toEqual([
      [0, 66, 0, 0, 1],
      [0, 33, 0, 0, 0],
    ])
  })

  test('every level has all requests and all durations, whatever the times of the records', async () => {
    const buckets = new Buckets()
    let sent = 0
    for (let index = 0; index < 200; index++) {
      const count = 1 + ((index * 7) % 23)
      sent += count
      await merge(buckets, [rollup(`web-${index % 3}`, START + index * 61_717, count, [index])])
    }
    for (const { step } of LEVELS) {
      const all = buckets.traffic(step).map(({ routes }) => routes.get('GET /'))
      expect(all.reduce((sum, route) => sum + (route?.count ?? 0), 0)).toBe(sent)
      expect(all.reduce((sum, route) => sum + (Sketch.decode(route?.sketch ?? '')?.count ?? 0), 0)).toBe(200)
    }
  })

  test('percentiles of many nodes and minutes are those of all durations', async () => {
    const buckets = new Buckets()
    const whole = new Sketch()
    for (let index = 0; index < 60; index++) {
      const durations = Array.from({ length: 50 }, (_, n) => 1 + ((index * 50 + n) % 997))
      for (const duration of durations) whole.record(duration)
      await merge(buckets, [rollup(`web-${index % 4}`, START + Math.floor(index / 4) * MINUTE, 50, durations)])
    }
    const [hour] = buckets.traffic(3_600_000)
    const merged = Sketch.decode(hour?.routes.get('GET /')?.sketch ?? '')
    for (const share of [0.5, 0.95, 0.99]) expect(merged?.quantile(share)).toBe(whole.quantile(share))
  })

  test('a record that was written twice counts once, at once or later', async () => {
    const buckets = new Buckets()
    const record = rollup('web-1', START, 10, [1])
    await merge(buckets, [record, record])
    await merge(buckets, [record])
    for (const { step } of LEVELS) expect(buckets.traffic(step)[0]?.routes.get('GET /')?.count).toBe(10)
  })

  test('means of a node are by its time, and its peaks stay', async () => {
    const buckets = new Buckets()
    const process = (cpu: number, rss: number) => ({
      cpu,
      rss,
      heapUsed: null,
      loopP99: 3,
      utilization: 0.5,
      gcMs: 10,
      gcCount: 2,
      diskPct: null,
    })
    await merge(buckets, [
      { ...rollup('web-1', START, 1), process: process(20, 100) },
      { ...rollup('web-1', START + MINUTE, 1), process: process(60, 300) },
    ])
    expect(buckets.traffic(600_000)[0]?.nodes.get('web-1')).toEqual({
      ms: 2 * MINUTE,
      cpu: 40,
      cpuMax: 60,
      rss: 300,
      heapUsed: null,
      loopP99: 3,
      utilization: 0.5,
      gcMs: 20,
      gcCount: 4,
      diskPct: null,
      system: null,
    })
  })

  test('what a node reports of its host is there beside its figures, and older ones have none', async () => {
    const buckets = new Buckets()
    const system = (cpu: number, memory: number, diskFree: number) => {
      return { host: 'web-1', cpu, memory, memoryLimit: 16, heapLimit: null, diskFree, load: cpu / 100 }
    }
    await merge(buckets, [
      { ...rollup('web-1', START, 1), system: system(20, 4, 9) },
      { ...rollup('web-1', START + MINUTE, 1), system: system(60, 8, 7) },
      rollup('old', START, 1),
    ])
    const nodes = buckets.traffic(600_000)[0]?.nodes
    expect(nodes?.get('web-1')?.system).toEqual({ ...system(40, 8, 7) })
    expect(nodes?.get('old')?.system).toBeNull()
  })

  test('jobs of one name in two queues are apart', async () => {
    const buckets = new Buckets()
    const one = rollup('worker-1', START, 5)
    const jobs = [...one.jobs, { ...(one.jobs[0] as (typeof one.jobs)[0]), queue: 'sms', count: 7 }]
    await merge(buckets, [{ ...one, jobs }])
    const counts = [...(buckets.traffic(MINUTE)[0]?.jobs.values() ?? [])].map(({ queue, count }) => [queue, count])
    expect(counts).toEqual([
      ['mail', 5],
      ['sms', 7],
    ])
  })

  test('series and nodes beyond the limits are counted together', async () => {
    const buckets = new Buckets()
    const records = Array.from({ length: 12 }, (_, node) => {
      const one = rollup(`web-${node}`, START, 1)
      const routes = Array.from({ length: 200 }, (_, index) => ({
        ...(one.routes[0] as (typeof one.routes)[0]),
        key: `GET /${node}/${index}`,
      }))
      return { ...one, routes }
    })
    await merge(buckets, records)
    const routes = buckets.traffic(MINUTE)[0]?.routes
    expect(routes?.size).toBe(2_001)
    expect(routes?.get('(other)')?.count).toBe(400)
  })

  test('a node beyond the limit counts once, however often it reports', async () => {
    const buckets = new Buckets()
    for (let minute = 0; minute < 3; minute++) {
      const records = Array.from({ length: 1_003 }, (_, node) => rollup(`web-${node}`, START + minute * MINUTE + 1, 1))
      await merge(
        buckets,
        records.map((record) => ({ ...record, routes: [], jobs: [] })),
      )
    }
    for (const { step } of LEVELS) {
      for (const bucket of buckets.traffic(step)) expect([bucket.nodes.size, bucket.moreNodes]).toEqual([1_000, 3])
    }
  })

  test('spans that are absurdly long or empty are left out', async () => {
    const buckets = new Buckets()
    const record = rollup('web-1', START, 10)
    await merge(buckets, [
      { ...record, to: START + 86_400_000 },
      { ...record, to: START },
    ])
    expect(buckets.traffic(MINUTE)).toEqual([])
  })

  test('a bucket of a later version is not written over, and a damaged one begins again', async () => {
    const buckets = new Buckets()
    const bucket = { kind: 'traffic', scope: 'shop', step: MINUTE, from: START } as const
    buckets.put([{ ...bucket, body: encodeBody({ v: 2, what: 'unknown' }) }])
    await expect(merge(buckets, [rollup('web-1', START, 5)])).rejects.toThrow('later version')
    buckets.put([{ ...bucket, body: new Uint8Array([1, 2, 3]) }])
    await merge(buckets, [rollup('web-1', START, 5)])
    expect(buckets.traffic(MINUTE)[0]?.routes.get('GET /')?.count).toBe(5)
  })

  test('a body that is damaged decodes to nothing', () => {
    expect(TrafficBucket.decode(new Uint8Array([1, 2, 3]))).toBeNull()
    expect(QueueBucket.decode(new Uint8Array())).toBeNull()
    for (const body of [{ v: 1 }, { v: 1, routes: [null], jobs: 5, queues: [[]] }, 'text', null]) {
      expect(TrafficBucket.decode(encodeBody(body))).toBeNull()
      expect(QueueBucket.decode(encodeBody(body))).toBeNull()
    }
  })
})

describe('queues', () => {
  const recorded = (waiting: number | null, server = 'run-1'): QueueHistory['queues'][0] => ({
    name: 'mail',
    driver: 'bullmq',
    place: '127.0.0.1:6379/0 bull',
    server,
    metrics: { ...UNKNOWN_METRICS, waiting },
    oldestMs: null,
    throughput: { in: 5, out: null },
  })

  async function mergeQueues(buckets: Buckets, records: readonly QueueHistory[]): Promise<void> {
    buckets.put(await mergeFigures(buckets, QUEUES, 'shop', records))
  }

  const history = (from: number, waiting: number | null, server?: string): QueueHistory => {
    return { v: 2, node: 'w-1', from, to: from + MINUTE, queues: [recorded(waiting, server)] }
  }

  test('a coarse bucket has the mean and the peak, and nothing for what is unknown', async () => {
    const buckets = new Buckets()
    await mergeQueues(buckets, [history(START, 10), history(START + MINUTE, 30), history(START + 2 * MINUTE, null)])
    const [queue] = buckets.queues(600_000)[0]?.queues.values() ?? []
    expect(queue?.figures).toEqual({
      waiting: { mean: 20, max: 30 },
      backlog: { mean: 20, max: 30 },
      in: { mean: 5, max: 5 },
    })
    expect(queue?.ms).toBe(3 * MINUTE)
  })

  test('a queue stays one when its server restarts', async () => {
    const buckets = new Buckets()
    await mergeQueues(buckets, [history(START, 10)])
    await mergeQueues(buckets, [history(START + MINUTE, 20, 'run-2')])
    const queues = [...(buckets.queues(600_000)[0]?.queues.values() ?? [])]
    expect(queues).toHaveLength(1)
    expect(queues[0]?.server).toBe('run-2')
  })

  test('a record that was written twice counts once', async () => {
    const buckets = new Buckets()
    await mergeQueues(buckets, [history(START, 10), history(START, 10)])
    await mergeQueues(buckets, [history(START, 10)])
    expect([...(buckets.queues(MINUTE)[0]?.queues.values() ?? [])][0]?.ms).toBe(MINUTE)
  })
})
