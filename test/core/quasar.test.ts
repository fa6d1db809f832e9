import { afterEach, describe, expect, it, vi } from 'vitest'
import { MAX_BUFFERED_BYTES, MAX_BUFFERED_RECORDS } from '../../src/core/report/buffer.js'
import { captureException, type QuasarOptions, startQuasar } from '../../src/index.js'
import type { Batch, Store } from '../../src/ports/index.js'
import { leaseRecorder } from '../../src/runtime/start-quasar.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { exceptions, recordedBy, slowEntries } from '../support/recorded.js'

const running: { stop(): Promise<void> }[] = []
afterEach(async () => {
  for (const quasar of running.splice(0)) await quasar.stop()
})

function start(options: QuasarOptions = {}) {
  const store = memoryStore()
  const quasar = startQuasar({ service: 'app', store, interval: 3_600_000, logger: false, ...options })
  running.push(quasar)
  return { quasar, store }
}

/** A store that fails until it is told to work. */
function failingStore(): Store & { batches: Batch[]; works: boolean } {
  const store = memoryStore()
  const failing = {
    ...store,
    works: false,
    batches: [] as Batch[],
    async write(batch: Batch) {
      failing.batches.push(batch)
      return failing.works ? store.write(batch) : { unwritten: batch.records, error: new Error('no store today') }
    },
  }
  return failing
}

function logger() {
  const lines: string[] = []
  const write = (message: string) => void lines.push(message)
  return { lines, info: write, warn: write, error: write }
}

describe('a heartbeat', () => {
  it('has every field of the protocol; what is not known is null', async () => {
    const ready = () => ({ status: 'warming up', deps: { db: 'ok' } })
    const { quasar, store } = start({ environment: 'test', meta: { region: 'eu' }, ready })
    quasar.run('work', () => {})
    await quasar.flush()
    const heartbeat = (await store.nodes()).nodes[0]?.heartbeat
    expect(heartbeat).toMatchObject({
      v: 2,
      id: quasar.status().node,
      service: 'app',
      interval: 3_600_000,
      environment: 'test',
      language: 'node',
      version: process.versions.node,
      sdk: { name: '@gravito/quasar' },
      pid: process.pid,
      platform: process.platform,
      arch: process.arch,
      cpu: { cores: expect.any(Number), load: [expect.any(Number), expect.any(Number), expect.any(Number)] },
      memory: {
        system: { total: expect.any(Number), free: expect.any(Number), used: expect.any(Number) },
        process: { rss: expect.any(Number), heapUsed: expect.any(Number), heapLimit: expect.any(Number) },
      },
      disk: [{ mount: '/', total: expect.any(Number), usedPct: expect.any(Number) }],
      eventLoop: { utilization: expect.any(Number) },
      gc: { count: expect.any(Number) },
      runtime: { uptime: expect.any(Number), framework: null },
      requests: null,
      recorder: { dropped: 0, bufferedBytes: expect.any(Number) },
      ready: { status: 'warming up', deps: { db: 'ok' } },
      meta: { region: 'eu' },
    })
    await quasar.flush()
    const second = (await store.nodes()).nodes[0]?.heartbeat
    expect(second?.recorder).toMatchObject({ collectMs: expect.any(Number), flushMs: expect.any(Number) })
    expect(second?.eventLoop?.utilization).toBeLessThanOrEqual(1)
  })

  it('goes out by itself, early and then every interval', async () => {
    const { store } = start({ interval: 100 })
    const seen = new Set<number>()
    await vi.waitFor(async () => {
      const beat = (await store.nodes()).nodes[0]?.heartbeat?.timestamp
      if (beat) seen.add(beat)
      expect(seen.size).toBeGreaterThan(2)
    }, 5_000)
  })

  it('does without a `meta` that is too long or throws, and without a `ready` that throws; says so once', async () => {
    const log = logger()
    const fail = () => {
      throw new Error('mine')
    }
    const { quasar, store } = start({ meta: { text: 'x'.repeat(5_000) }, ready: fail, logger: log })
    await quasar.flush()
    await quasar.flush()
    expect((await store.nodes()).nodes[0]?.heartbeat).toMatchObject({ meta: null, ready: { status: 'error' } })
    expect(log.lines).toHaveLength(2)
    const round: Record<string, unknown> = {}
    round.self = round
    const others: QuasarOptions[] = [
      { meta: fail },
      { meta: round },
      { ready: () => ({ status: 'x', deps: { n: 1n } }) },
    ]
    for (const options of others) {
      const other = start(options)
      await other.quasar.flush()
      expect((await other.store.nodes()).nodes[0]?.heartbeat).toMatchObject({ meta: null })
    }
  })
})

describe('run', () => {
  it('passes results and errors through and records both, at once or later', async () => {
    const { quasar, store } = start({ slow: { jobs: 0 } })
    expect(quasar.run('now', () => 5)).toBe(5)
    expect(await quasar.run('later', async () => 6)).toBe(6)
    const error = new Error('mine')
    expect(() =>
      quasar.run('now', () => {
        throw error
      }),
    ).toThrow(error)
    await expect(quasar.run('later', () => Promise.reject(new TypeError('late')))).rejects.toThrow('late')
    await quasar.flush()
    const { jobs } = await recordedBy(store, 'app')
    expect(jobs.get('now')).toMatchObject({ count: 2, errors: 1 })
    expect(jobs.get('later')).toMatchObject({ count: 2, errors: 1 })
    expect((await exceptions(store, 'app')).map((record) => record.name)).toEqual(['Error', 'TypeError'])
    expect((await slowEntries(store, 'app'))[0]).toMatchObject({ kind: 'custom', name: 'now', status: 'completed' })
  })

  it('never starts a lazy thenable', () => {
    const { quasar } = start()
    const then = vi.fn()
    quasar.run('query', () => ({ then }))
    expect(then).not.toHaveBeenCalled()
  })
})

describe('exceptions', () => {
  it('are captured by hand, by the first recorder of the process; the same object once', async () => {
    const { quasar, store } = start()
    const error = new Error('seen twice')
    captureException(error, { route: 'nightly', requestId: 'r1' })
    quasar.captureException(error)
    await quasar.flush()
    expect(await exceptions(store, 'app')).toMatchObject([
      {
        kind: 'custom',
        handled: true,
        message: 'seen twice',
        route: 'nightly',
        requestId: 'r1',
        node: quasar.status().node,
      },
    ])
  })

  it('in masses are cut to 200 an interval, and what is cut is counted', async () => {
    const { quasar, store } = start()
    for (let index = 0; index < 50_000; index++) quasar.captureException(new Error('flood'))
    expect(quasar.status()).toMatchObject({ buffered: 200, dropped: 49_800 })
    await quasar.flush()
    expect(await exceptions(store, 'app')).toHaveLength(200)
    expect((await store.nodes()).nodes[0]?.heartbeat?.recorder?.dropped).toBe(49_800)
  })

  it('without a recorder are nothing', () => {
    expect(() => captureException(new Error('nobody listens'))).not.toThrow()
  })
})

describe('redact', () => {
  it('that throws costs the record, which is counted, and one line', async () => {
    const log = logger()
    const redact = () => {
      throw new Error('no')
    }
    const { quasar, store } = start({ redact, logger: log })
    quasar.captureException(new Error('a'))
    quasar.captureException(new Error('b'))
    await quasar.flush()
    expect(await exceptions(store, 'app')).toEqual([])
    expect(quasar.status().dropped).toBe(2)
    expect(log.lines).toHaveLength(1)
  })

  it('that gives null drops the record as it was asked to', async () => {
    const { quasar } = start({ redact: () => null })
    quasar.captureException(new Error('a'))
    expect(quasar.status()).toMatchObject({ buffered: 0, dropped: 0 })
  })
})

describe('a store that fails', () => {
  it('loses nothing that fits into the memory, and one line is logged', async () => {
    const store = failingStore()
    const log = logger()
    const { quasar } = start({ store, logger: log })
    quasar.run('a', () => 1)
    await quasar.flush()
    quasar.captureException(new Error('meanwhile'))
    await quasar.flush()
    expect(quasar.status()).toMatchObject({ error: 'no store today', buffered: 2, dropped: 0 })
    store.works = true
    await quasar.flush()
    expect(quasar.status()).toMatchObject({ error: null, buffered: 0 })
    expect(store.batches.at(-1)?.records.map((record) => record.type)).toEqual(['rollup', 'exception'])
    expect(log.lines).toEqual([
      expect.stringMatching(/^Quasar: reports can't be written: no store today/),
      expect.stringMatching(/^Quasar: reports are written again after \d+ s; 0 records were lost/),
    ])
  })

  it('costs a bounded amount of memory; the oldest records go and are counted', async () => {
    const store = failingStore()
    const { quasar } = start({ store })
    for (let interval = 0; interval < 30; interval++) {
      for (let index = 0; index < 150; index++) quasar.captureException(new Error(`${interval} ${'x'.repeat(900)}`))
      await quasar.flush()
    }
    const { buffered, bufferedBytes, dropped } = quasar.status()
    expect(buffered).toBeLessThanOrEqual(MAX_BUFFERED_RECORDS)
    expect(bufferedBytes).toBeLessThanOrEqual(MAX_BUFFERED_BYTES)
    expect(buffered + dropped).toBe(30 * 150)
    store.works = true
    await quasar.flush()
    expect((await exceptions(store, 'app')).at(-1)?.message).toMatch(/^29 /)
  })

  it('or throws or rejects never reaches the app', async () => {
    const throwing = () => {
      throw new Error('broken promise')
    }
    for (const write of [() => Promise.reject(new Error('broken promise')), throwing]) {
      const { quasar } = start({ store: { ...memoryStore(), write } })
      quasar.captureException(new Error('kept'))
      await expect(quasar.flush()).resolves.toBeUndefined()
      expect(quasar.status()).toMatchObject({ error: 'broken promise', buffered: 1 })
      await expect(quasar.stop()).resolves.toBeUndefined()
    }
  })

  it('beside a logger that throws is no trouble either', async () => {
    const shout = () => {
      throw new Error('logger')
    }
    const { quasar } = start({ store: failingStore(), logger: { info: shout, warn: shout, error: shout } })
    await expect(quasar.flush()).resolves.toBeUndefined()
  })
})

describe('recorders', () => {
  it('of one service and store are one, and the last to stop ends it', async () => {
    const store = memoryStore()
    const [a, b] = [start({ store }).quasar, start({ store }).quasar]
    expect(a.status().node).toBe(b.status().node)
    await a.flush()
    await a.stop()
    await a.stop()
    expect((await store.nodes()).nodes).toHaveLength(1)
    b.run('still', () => 1)
    await b.stop()
    expect((await store.nodes()).nodes).toEqual([])
    expect((await recordedBy(store, 'app')).jobs.get('still')?.count).toBe(1)
  })

  it('have the options of the first start; a later one that wants others is told so once', async () => {
    const store = memoryStore()
    const log = logger()
    const again = (options: QuasarOptions) => startQuasar({ service: 'app', store, logger: log, ...options })
    const all = [again({ interval: 3_600_000 }), again({ interval: 3_600_000 }), again({})]
    expect(log.lines).toEqual([])
    all.push(again({ archiveJobs: 'payloads', sample: 1 }), again({ archiveJobs: 'payloads' }))
    expect(log.lines).toEqual([expect.stringMatching(/^Quasar: "archiveJobs" of this start is ignored: .*"app"/)])
    await Promise.all(all.map((quasar) => quasar.stop()))
  })

  it('of other services or stores are others', () => {
    const store = memoryStore()
    const nodes = [
      start({ store }),
      start({ store, service: 'other' }),
      start({ store, prefix: 'x:' }),
      start({ store: memoryStore() }),
    ].map(({ quasar }) => quasar.status().node)
    expect(new Set(nodes).size).toBe(4)
  })

  it('started again after the last stop have a node of their own', async () => {
    const store = memoryStore()
    const first = start({ store }).quasar
    await first.stop()
    const second = start({ store }).quasar
    expect(second.status().node).not.toBe(first.status().node)
  })

  it('name the frameworks that use them', async () => {
    const store = memoryStore()
    const options = { service: 'app', store, interval: 3_600_000, logger: false } as const
    const leases = [leaseRecorder(options, 'express'), leaseRecorder(options, 'bullmq')]
    running.push(...leases.map((lease) => ({ stop: lease.release })))
    await leases[0]?.recorder.flush()
    expect((await store.nodes()).nodes[0]?.heartbeat?.runtime.framework).toBe('express, bullmq')
  })
})
