import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { PulseDifference, PulseEvent } from '../../src/api/types.js'
import { formatNodeId } from '../../src/protocol/node-id.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { beatOf, report } from './support/records.js'
import { nodeOf, openZenith, seen, serveZenith, serviceOf } from './support/zenith.js'

/** The clock alone is the test's own; timers and sockets stay real. */
function later(ms: number): void {
  vi.setSystemTime(Date.now() + ms)
}

describe('what becomes of a node', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
  afterEach(() => void vi.useRealTimers())

  it('is live while it beats, lost when it falls silent, and live again when it is back', async () => {
    const store = memoryStore()
    const zenith = openZenith({ store })
    const lastSeen = Date.now()
    await report(store, beatOf('shop', 'web-1', { hostname: 'a' }))
    await seen(zenith, (overview) => expect(nodeOf(overview, 'web-1').state).toBe('live'))
    later(31_000)
    await seen(zenith, (overview) => {
      expect(nodeOf(overview, 'web-1')).toMatchObject({ state: 'lost', lastSeen, heartbeat: { hostname: 'a' } })
      expect(serviceOf(overview, 'shop')).toMatchObject({
        nodes: { live: 0, lost: 1, left: 0, replaced: 0 },
        health: { score: 0, reasons: [{ text: 'no node is live: 1 is lost', cost: 100 }] },
      })
    })
    await report(store, beatOf('shop', 'web-1'))
    await seen(zenith, (overview) => expect(nodeOf(overview, 'web-1').state).toBe('live'))
  })

  it('was lost before anybody looked: it has a last beat and no figures', async () => {
    const store = memoryStore()
    await report(store, beatOf('shop', 'web-1'))
    const lastSeen = Date.now()
    later(60_000)
    const zenith = openZenith({ store })
    await seen(zenith, (overview) => {
      expect(nodeOf(overview, 'web-1')).toMatchObject({ state: 'lost', lastSeen, heartbeat: null, samples: [] })
    })
  })

  it('says good-bye: it is shown as left for a minute, and is gone then, with its service', async () => {
    const store = memoryStore()
    const { watch } = await serveZenith({ store })
    await report(store, beatOf('shop', 'web-1'))
    const stream = await watch()
    await stream.next((event) => (event.data as PulseEvent).nodes.length === 1)
    await store.removeNode('shop', 'web-1')
    const left = await stream.next((event) => event.name === 'system_pulse')
    expect((left.data as PulseDifference).nodes).toMatchObject([{ id: 'web-1', state: 'left', samples: [] }])
    later(61_000)
    const gone = await stream.next((event) => (event.data as PulseDifference).goneNodes.length > 0)
    expect(gone.data).toMatchObject({ full: false, goneNodes: ['shop:web-1'], goneServices: ['shop'] })
  })

  it('is lost, not left, when its heartbeat ran out and nobody remembers it', async () => {
    // As a reporter without an index: its key is all that there was.
    const known = memoryStore()
    const forgetful = { ...known, nodes: async () => onlyBeating(await known.nodes()) }
    const zenith = openZenith({ store: forgetful })
    await report(known, beatOf('php', 'worker'))
    await seen(zenith, (overview) => expect(nodeOf(overview, 'worker').state).toBe('live'))
    later(31_000)
    await seen(zenith, (overview) => expect(nodeOf(overview, 'worker').state).toBe('lost'))
  })

  describe('that vanishes and is replaced', () => {
    const on = (hostname: string, seconds: number) => ({ hostname, runtime: { uptime: seconds, framework: null } })

    it('is shown as replaced for a minute, costs no health, and has no metrics', async () => {
      const store = memoryStore()
      const { zenith, watch } = await serveZenith({ store })
      await report(store, beatOf('shop', 'old', on('a', 100)))
      await seen(zenith, (overview) => expect(nodeOf(overview, 'old').state).toBe('live'))
      later(11_000)
      await report(store, beatOf('shop', 'new', on('a', 2)))
      const stream = await watch()
      await stream.next((event) => (event.data as PulseEvent).nodes.some(({ id }) => id === 'new'))
      later(20_000)
      await report(store, beatOf('shop', 'new', on('a', 22)))
      await seen(zenith, (overview) => {
        expect(nodeOf(overview, 'old')).toMatchObject({ state: 'replaced', heartbeat: { hostname: 'a' } })
        expect(serviceOf(overview, 'shop')).toMatchObject({
          nodes: { live: 1, lost: 0, left: 0, replaced: 1 },
          health: { score: 100, reasons: [] },
        })
      })
      const metrics = await (await zenith.fetch(new Request('http://localhost/metrics'))).text()
      expect(metrics).toContain('quasar_nodes{service="shop",state="replaced"} 1')
      expect(metrics).toContain('quasar_nodes{service="shop",state="lost"} 0')
      expect(metrics).not.toContain('node="old"')
      later(60_000)
      await report(store, beatOf('shop', 'new', on('a', 82)))
      const gone = await stream.next((event) => ((event.data as PulseDifference).goneNodes ?? []).length > 0)
      expect(gone.data).toMatchObject({ goneNodes: ['shop:old'], services: [{ nodes: { live: 1, replaced: 0 } }] })
    })

    it('is live again when it beats, and lost when it falls silent with nobody in its place', async () => {
      const store = memoryStore()
      const zenith = openZenith({ store })
      await report(store, beatOf('shop', 'old', on('a', 100)))
      await seen(zenith, (overview) => expect(nodeOf(overview, 'old').state).toBe('live'))
      later(31_000)
      await seen(zenith, (overview) => expect(nodeOf(overview, 'old').state).toBe('lost'))
      await report(store, beatOf('shop', 'new', on('a', 2)))
      await seen(zenith, (overview) => expect(nodeOf(overview, 'old').state).toBe('replaced'))
      later(90_000)
      await report(store, beatOf('shop', 'new', on('a', 92)))
      await seen(zenith, (overview) => expect(overview.nodes.map(({ id }) => id)).toEqual(['new']))
      await report(store, beatOf('shop', 'old', on('a', 221)))
      await seen(zenith, (overview) => expect(nodeOf(overview, 'old').state).toBe('live'))
      later(31_000)
      await report(store, beatOf('shop', 'new', on('a', 123)))
      await seen(zenith, (overview) => expect(nodeOf(overview, 'old').state).toBe('lost'))
    })

    it('is known by its id alone when it vanished before anybody looked', async () => {
      const store = memoryStore()
      const idOf = (host: string, uptime: number) => {
        const parts = { host, pid: 7, thread: 0, startedAt: Date.now() - uptime * 1_000, recorder: 1 }
        return formatNodeId(parts, 200)
      }
      const lost = idOf('b', 500)
      await report(store, beatOf('shop', idOf('a', 500), on('a', 500)))
      await report(store, beatOf('shop', lost, on('b', 500)))
      later(3_000)
      const restarted = idOf('a', 1)
      await report(store, beatOf('shop', restarted, on('a', 1)))
      later(100_000)
      await report(store, beatOf('shop', restarted, on('a', 101)))
      await seen(openZenith({ store }), (overview) => {
        expect(overview.nodes.map(({ id, state }) => [id, state])).toEqual([
          [restarted, 'live'],
          [lost, 'lost'],
        ])
      })
    })
  })

  describe('that is a thread and falls silent', () => {
    const started = () => ({ hostname: 'a', pid: 7, timestamp: Date.now() })
    const runningFor = (seconds: number) => ({ ...started(), runtime: { uptime: seconds, framework: null } })

    it('has left when its process goes on without it, is gone after a minute, and is back when it beats', async () => {
      const store = memoryStore()
      const zenith = openZenith({ store })
      await report(store, beatOf('shop', 'main', { ...runningFor(100), thread: null }))
      await report(store, beatOf('shop', 'thread', { ...runningFor(100), thread: 3 }))
      await seen(zenith, (overview) => expect(nodeOf(overview, 'thread').state).toBe('live'))
      later(31_000)
      await report(store, beatOf('shop', 'main', { ...runningFor(131), thread: null }))
      await seen(zenith, (overview) => expect(nodeOf(overview, 'thread').state).toBe('left'))
      later(61_000)
      await report(store, beatOf('shop', 'main', { ...runningFor(192), thread: null }))
      await seen(zenith, (overview) => {
        expect(overview.nodes.map(({ id }) => id)).toEqual(['main'])
        expect(serviceOf(overview, 'shop')).toMatchObject({
          nodes: { live: 1, lost: 0, left: 0, replaced: 0 },
          health: { score: 100 },
        })
      })
      await report(store, beatOf('shop', 'thread', { ...runningFor(192), thread: 3 }))
      await seen(zenith, (overview) => expect(nodeOf(overview, 'thread').state).toBe('live'))
    })

    it('is lost when the whole process is, whichever of its nodes beat last', async () => {
      const store = memoryStore()
      const zenith = openZenith({ store })
      await report(store, beatOf('shop', 'thread', { ...runningFor(100), thread: 3 }))
      later(10_000)
      await report(store, beatOf('shop', 'main', { ...runningFor(110), thread: null }))
      await seen(zenith, (overview) => expect(nodeOf(overview, 'main').state).toBe('live'))
      later(21_000)
      await seen(zenith, (overview) => expect(nodeOf(overview, 'thread').state).toBe('lost'))
      later(10_000)
      await seen(zenith, (overview) => expect(overview.nodes.map(({ state }) => state)).toEqual(['lost', 'lost']))
    })

    it('is lost when only another process of that number goes on', async () => {
      const store = memoryStore()
      const zenith = openZenith({ store })
      await report(store, beatOf('shop', 'thread', { ...runningFor(100), thread: 3 }))
      await report(store, beatOf('shop', 'main', { ...runningFor(50), thread: null }))
      await seen(zenith, (overview) => expect(nodeOf(overview, 'thread').state).toBe('live'))
      later(31_000)
      await report(store, beatOf('shop', 'main', { ...runningFor(81), thread: null }))
      await seen(zenith, (overview) => expect(nodeOf(overview, 'thread').state).toBe('lost'))
    })
  })

  it('beats by a clock that is ten minutes slow, and is not called lost', async () => {
    const store = memoryStore()
    const zenith = openZenith({ store })
    await report(store, beatOf('shop', 'slow-clock', { timestamp: Date.now() - 600_000 }))
    await seen(zenith, (overview) => expect(nodeOf(overview, 'slow-clock').state).toBe('live'))
    later(31_000)
    await seen(zenith, (overview) => expect(nodeOf(overview, 'slow-clock').state).toBe('lost'))
    // The clock stands still, too.
    await report(store, beatOf('shop', 'slow-clock', { timestamp: Date.now() - 631_000 }))
    await seen(zenith, (overview) => expect(nodeOf(overview, 'slow-clock').state).toBe('live'))
  })

  it('keeps a sample of each beat, the last 60 of them, and sends the new ones alone', async () => {
    const store = memoryStore()
    const { zenith, watch } = await serveZenith({ store })
    const beat = (cpu: number) => report(store, beatOf('shop', 'web-1', { cpu: { process: cpu } }))
    await beat(0)
    const stream = await watch()
    await stream.next()
    for (let cpu = 1; cpu <= 61; cpu++) {
      later(1_000)
      await beat(cpu)
      const event = await stream.next((one) => (one.data as PulseDifference).nodes.length > 0)
      expect((event.data as PulseDifference).nodes[0]?.samples).toMatchObject([{ cpu, at: Date.now() }])
    }
    await seen(zenith, (overview) => {
      const samples = nodeOf(overview, 'web-1').samples
      expect(samples.map((sample) => sample.cpu)).toEqual(Array.from({ length: 60 }, (_, index) => index + 2))
    })
  })
})

describe('hostile names', () => {
  it('are shown as they are and hide nobody', async () => {
    const names = ['__proto__', 'constructor', 'toString', 'a:b', '*?[', '<script>', 'ünï', '../x', ' ']
    const store = memoryStore()
    for (const name of names) await report(store, beatOf(name, name))
    await seen(openZenith({ store }), (overview) => {
      expect(overview.services.map((service) => service.service).sort()).toEqual([...names].sort())
      expect(overview.nodes.map((node) => node.id).sort()).toEqual([...names].sort())
      expect(new Set(overview.nodes.map((node) => node.key)).size).toBe(names.length)
    })
  })
})

function onlyBeating<T extends { nodes: readonly { heartbeat: unknown }[] }>(answer: T): T {
  return { ...answer, nodes: answer.nodes.filter((node) => node.heartbeat !== null) }
}
