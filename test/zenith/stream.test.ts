import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { PulseDifference, PulseEvent } from '../../src/api/types.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { fakeClock } from '../support/fake-clock.js'
import { countingReader } from './support/counting-reader.js'
import { send } from './support/http.js'
import { beatOf, exceptionOf, present, report, slowOf } from './support/records.js'
import { INTERVAL, openZenith, seen, serveZenith } from './support/zenith.js'

describe('the stream', () => {
  it('reads the store once for 50 viewers', async () => {
    const store = countingReader(memoryStore())
    const { watch } = await serveZenith({ store })
    const started = performance.now()
    const streams = await Promise.all(Array.from({ length: 50 }, () => watch()))
    await Promise.all(streams.map((stream) => stream.next()))
    await vi.waitFor(() => expect(store.looks).toBeGreaterThan(5), { timeout: 15_000 })
    // Never more often than once an interval, and the one look that the first viewer waited for.
    expect(store.looks).toBeLessThanOrEqual((performance.now() - started) / INTERVAL + 2)
  })

  it('does not read at all while nobody looks', async () => {
    const store = countingReader(memoryStore())
    const { zenith } = await serveZenith({ store })
    for (const path of ['/', '/api/session']) await zenith.fetch(new Request(`http://localhost${path}`))
    expect(store.looks).toBe(0)
  })

  it('says nothing when nothing changes', async () => {
    const memory = memoryStore()
    const store = countingReader(memory)
    await report(memory, beatOf('shop', 'web-1'), { slow: [slowOf('shop', 'web-1')] })
    const { watch } = await serveZenith({ store })
    const stream = await watch()
    await stream.next()
    const { bytes } = stream
    const looks = store.looks
    await vi.waitFor(() => expect(store.looks).toBeGreaterThan(looks + 10), { timeout: 15_000 })
    expect([stream.events.length, stream.bytes]).toEqual([1, bytes])
  })

  it('sends each slow request and exception once, the oldest first', async () => {
    const store = memoryStore()
    await report(store, beatOf('shop', 'web-1'))
    const { watch, zenith } = await serveZenith({ store })
    const stream = await watch()
    await stream.next()
    const now = Date.now()
    const slow = [3, 1, 2].map((number) => slowOf('shop', 'web-1', { name: `GET /${number}`, ts: now + number }))
    const twice = exceptionOf('shop', 'web-1', { id: 'e1' })
    await report(store, beatOf('shop', 'web-1'), { slow, exceptions: [twice, twice] })
    const slowEvent = await stream.next((event) => event.name === 'slow')
    expect((slowEvent.data as { name: string }[]).map((entry) => entry.name)).toEqual(['GET /1', 'GET /2', 'GET /3'])
    expect((await stream.next((event) => event.name === 'errors')).data).toMatchObject([{ id: 'e1' }])
    await seen(zenith, (overview) => {
      expect(overview.slow.map((entry) => entry.name)).toEqual(['GET /3', 'GET /2', 'GET /1'])
      expect(overview.exceptions).toHaveLength(1)
    })
  })

  it('keeps the newest hundred', async () => {
    const store = memoryStore()
    const exceptions = Array.from({ length: 150 }, (_, index) =>
      exceptionOf('shop', 'web-1', { id: `e${index}`, ts: 1e12 + index }),
    )
    await report(store, beatOf('shop', 'web-1'), { exceptions })
    await seen(openZenith({ store }), (overview) => {
      expect(overview.exceptions.map((record) => record.id)).toEqual(
        exceptions
          .map((record) => record.id)
          .reverse()
          .slice(0, 100),
      )
    })
  })

  it.each([
    ['of another process', '01234567-1'],
    ['from the future', null],
    ['that is none', 'x\u00ff'],
  ])('begins anew after an id %s', async (_, id) => {
    const store = memoryStore()
    await report(store, beatOf('shop', 'web-1'))
    const { watch } = await serveZenith({ store })
    const first = await (await watch()).next()
    const again = await watch({ 'last-event-id': id ?? first.id.replace(/\d+$/, '999') })
    expect((await again.next()).data).toMatchObject({ full: true, nodes: [{ id: 'web-1' }] })
  })

  it('begins anew after more events than it remembers', async () => {
    const store = memoryStore()
    await report(store, beatOf('shop', 'web-0'))
    const { watch } = await serveZenith({ store })
    const stream = await watch()
    const first = await stream.next()
    for (let number = 1; number <= 70; number++) {
      await report(store, beatOf('shop', `web-${number}`))
      await stream.next()
    }
    const again = await watch({ 'last-event-id': first.id })
    const whole = (await again.next()).data as PulseEvent
    expect([whole.full, whole.nodes.length]).toEqual([true, 71])
  })

  it('gives a reader that falls behind the whole state, and keeps little for it meanwhile', async () => {
    const store = memoryStore()
    const { watch, url, zenith } = await serveZenith({ store })
    const quick = await watch()
    await quick.next()
    const slow = await send(`${url}/api/stream`)
    slow.pause()
    // Far more than the sockets and the stream hold.
    const stack = 'x'.repeat(8_000)
    for (let round = 0; round < 40; round++) {
      const exceptions = Array.from({ length: 100 }, (_, index) =>
        exceptionOf('shop', 'web-1', { id: `${round}-${index}`, stack }),
      )
      await report(store, beatOf('shop', 'web-1', { timestamp: 1e12 + round }), { exceptions })
      await quick.next((event) => event.name === 'errors')
    }
    quick.close()

    let text = ''
    slow.setEncoding('utf8')
    slow.on('data', (part: string) => {
      text += part
    })
    slow.resume()
    const newest = (await zenith.fetch(new Request('http://localhost/api/errors')).then((answer) => answer.json())) as {
      items: { id: string }[]
    }
    await vi.waitFor(() => expect(text).toContain(`"id":"${newest.items[0]?.id}"`), { timeout: 15_000 })
    const events = text.match(/^id: .*$/gm) ?? []
    expect(events.length).toBeLessThan(40)
    // What was kept for it is what it gets now: the sockets' buffers and one whole state, not all that happened.
    expect(text.length).toBeLessThan(quick.bytes / 2)
    expect(text.match(/"full":true/g)?.length).toBeGreaterThan(1)
    slow.destroy()
  })

  it('adds up to the whole state, difference by difference', async () => {
    const store = memoryStore()
    const { watch, zenith } = await serveZenith({ store })
    const stream = await watch()
    const keys = new Set<string>()
    const follow = () => {
      for (const event of stream.events.filter((one) => one.name === 'system_pulse')) {
        const pulse = event.data as PulseEvent
        for (const node of pulse.nodes) keys.add(node.key)
        for (const key of (pulse as PulseDifference).goneNodes ?? []) keys.delete(key)
      }
    }
    for (let number = 0; number < 12; number++) {
      await report(store, beatOf(`service-${number % 3}`, `web-${number}`))
      if (number % 4 === 0) await stream.next()
    }
    await seen(zenith, (overview) => {
      follow()
      expect([...keys].sort()).toEqual(overview.nodes.map((node) => node.key).sort())
      expect(keys.size).toBe(12)
    })
  })

  it('keeps a silent line open with comments, and ends it after a while so that the client is authenticated again', async () => {
    fakeClock('setInterval')
    onTestFinished(() => void vi.useRealTimers())
    const { zenith } = await serveZenith({ store: memoryStore() })
    const stream = await zenith.fetch(new Request('http://localhost/api/stream'))
    const reader = present(stream.body).getReader()
    const text = async () => new TextDecoder().decode((await reader.read()).value)
    expect(await text()).toContain('retry:')
    expect(await text()).toContain('"full":true')
    vi.advanceTimersByTime(15_000)
    expect(await text()).toMatch(/^: .*\n\n$/)
    vi.advanceTimersByTime(16 * 60_000)
    for (let comments = 0; comments < 100; comments++) if ((await reader.read()).done) return
    throw new Error('The stream did not end')
  })
})
