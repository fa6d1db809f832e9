import { expect, it, onTestFinished, vi } from 'vitest'
import type { BulkOperation } from '../../../src/api/bulk.js'
import type { QueueSource } from '../../../src/ports/index.js'
import { UNKNOWN_METRICS } from '../../../src/protocol/index.js'
import { createZenith } from '../../../src/runtime/create-zenith.js'
import { memoryStore } from '../../../src/stores/memory/index.js'

/** Searches of it end when they are told to. */
function gated() {
  const searching: (() => void)[] = []
  const waiting = () => new Promise<void>((resolve) => void searching.push(resolve))
  const capabilities = ['list', 'search', 'retry'] as const
  const states = ['failed'] as const
  const reading = {
    ...{
      name: 'big',
      driver: 'other' as const,
      metrics: UNKNOWN_METRICS,
      states,
      capabilities,
      approximate: false,
      paused: false,
    },
    ...{ oldestMs: null, overdueMs: null, throughput: null, totals: null, workers: null, error: null, meta: null },
  } as const
  const source: QueueSource = {
    driver: 'other',
    place: 'nowhere',
    names: ['big'],
    capabilities,
    pollEvery: null,
    read: async () => ({ server: 'one', queues: [reading] }),
    async search(_queue, { signal }) {
      if (signal?.aborted) throw new Error('Searched for nobody')
      await Promise.race([waiting(), new Promise((resolve) => signal?.addEventListener('abort', resolve))])
      return { jobs: [], scanned: 0, total: 0, skipped: 0, stopped: null }
    },
    async scan() {
      await waiting()
      return { jobs: [], cursor: null }
    },
    retry: async () => [],
    close: async () => {},
  }
  return { source, searching }
}

async function open() {
  const { source, searching } = gated()
  const role = () => 'admin' as const
  const zenith = createZenith({ store: memoryStore(), logger: false, auth: role, queues: [source], interval: 50 })
  onTestFinished(() => zenith.close())
  const ask = (path: string, peer: string, init: RequestInit = {}) =>
    zenith.fetch(new Request(`http://localhost${path}`, init), { peer })
  const key = await vi.waitFor(async () => {
    const { items } = (await (await ask('/api/queues', '10.0.0.1')).json()) as { items: { key: string }[] }
    if (!items[0]) throw new Error('Not read yet')
    return items[0].key
  })
  const path = `/api/queues/${encodeURIComponent(key)}/search?state=failed&text=x`
  return { ask, key, searching, search: (peer: string, init?: RequestInit) => ask(path, peer, init) }
}

it('lets two searches of one go on and four wait, and refuses more; others are not kept out', async () => {
  const { search, searching } = await open()
  const first = Array.from({ length: 6 }, () => search('10.0.0.1'))
  await vi.waitFor(() => expect(searching).toHaveLength(2))
  const refused = await search('10.0.0.1')
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5'])
  expect(await refused.json()).toMatchObject({
    error: { code: 'too_many_searches', message: expect.stringContaining('2 searches of yours') },
  })
  const other = search('10.0.0.2')
  await vi.waitFor(() => expect(searching).toHaveLength(3))
  for (let ended = 0; ended < 7; ended++) {
    await vi.waitFor(() => expect(searching.length).toBeGreaterThan(0))
    searching.shift()?.()
  }
  expect((await Promise.all([...first, other])).map(({ status }) => status)).toEqual(Array(7).fill(200))
})

it('lets six searches of all go on and twenty wait, and refuses more', async () => {
  const { search, searching } = await open()
  const all = Array.from({ length: 26 }, (_, index) => search(`10.0.1.${index}`))
  await vi.waitFor(() => expect(searching).toHaveLength(6))
  const refused = await search('10.0.2.1')
  expect([refused.status, await refused.text()]).toEqual([
    429,
    expect.stringContaining('6 searches go on, and 20 wait'),
  ])
  for (let ended = 0; ended < 26; ended++) {
    await vi.waitFor(() => expect(searching.length).toBeGreaterThan(0))
    expect(searching.length).toBeLessThanOrEqual(6)
    searching.shift()?.()
  }
  expect((await Promise.all(all)).map(({ status }) => status)).toEqual(Array(26).fill(200))
})

it('searches nothing for a client that went away while it waited', async () => {
  const { search, searching } = await open()
  const going = [search('10.0.0.1'), search('10.0.0.1')]
  await vi.waitFor(() => expect(searching).toHaveLength(2))
  const gone = new AbortController()
  const waiting = search('10.0.0.1', { signal: gone.signal })
  await new Promise((resolve) => setImmediate(resolve))
  gone.abort()
  expect((await waiting).status).toBe(429)
  for (const end of searching.splice(0)) end()
  await Promise.all(going)
  expect(searching).toEqual([])
})

it('gives the place of a client that went away to the next, also in the middle of its search', async () => {
  const { search, searching } = await open()
  const gone = new AbortController()
  const { signal } = gone
  const leaving = [search('10.0.0.1', { signal }), search('10.0.0.1', { signal })]
  await vi.waitFor(() => expect(searching).toHaveLength(2))
  const next = [search('10.0.0.1'), search('10.0.0.1')]
  await new Promise((resolve) => setImmediate(resolve))
  expect(searching).toHaveLength(2)
  gone.abort()
  await vi.waitFor(() => expect(searching).toHaveLength(4))
  for (const end of searching) end()
  expect((await Promise.all([...leaving, ...next])).map(({ status }) => status)).toEqual(Array(4).fill(200))
})

it('searches nothing for a client that went away before its turn was asked for', async () => {
  const { search, searching } = await open()
  const gone = new AbortController()
  const asked = search('10.0.0.1', { signal: gone.signal })
  gone.abort()
  expect((await asked).status).toBe(429)
  expect(searching).toEqual([])
})

it('begins no more dry runs than three, however many are asked for at the same moment', async () => {
  const { ask, key, searching } = await open()
  const { token } = (await (await ask('/api/session', '10.0.0.1')).json()) as { token: string }
  const body = JSON.stringify({
    action: 'retry',
    selection: { queues: [key], state: 'failed', ids: null, name: null, fingerprint: null, text: null },
  })
  const init = { method: 'POST', headers: { 'content-type': 'application/json', 'x-zenith-token': token }, body }
  const answers = await Promise.all(Array.from({ length: 12 }, () => ask('/api/bulk', '10.0.0.1', init)))
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, ...Array(9).fill(429)])
  for (const end of searching.splice(0)) end()
  const { items } = (await (await ask('/api/bulk', '10.0.0.1')).json()) as { items: BulkOperation[] }
  expect(items).toHaveLength(3)
})
