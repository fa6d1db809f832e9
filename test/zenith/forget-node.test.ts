import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { memoryStore } from '../../src/stores/memory/index.js'
import { actingZenith, type Problem, trailOf } from './support/acting.js'
import { postApi } from './support/changes.js'
import { beatOf, report } from './support/records.js'
import { nodeOf, openZenith, overviewOf, seen, serviceOf } from './support/zenith.js'

/** The clock alone is the test's own; timers and sockets stay real. */
function later(ms: number): void {
  vi.setSystemTime(Date.now() + ms)
}

const forget = (id: string) => ({ action: 'forget', service: 'shop', id })

describe('forgetting a node', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
  afterEach(() => void vi.useRealTimers())

  /** One node is live and one is lost, to all who look. */
  async function withLostNode() {
    const store = memoryStore()
    const acting = actingZenith({ store, auth: () => 'operator' })
    const other = openZenith({ store })
    await report(store, beatOf('shop', 'web-1'))
    await report(store, beatOf('shop', 'web-2'))
    for (const zenith of [acting.zenith, other])
      await seen(zenith, (overview) => expect(nodeOf(overview, 'web-2').state).toBe('live'))
    later(31_000)
    await report(store, beatOf('shop', 'web-1'))
    for (const zenith of [acting.zenith, other])
      await seen(zenith, (overview) => expect(nodeOf(overview, 'web-2').state).toBe('lost'))
    return { store, acting, other }
  }

  it('takes a lost one from every page and from the health, and is on the audit trail', async () => {
    const { store, acting, other } = await withLostNode()
    expect(await acting.post('/api/nodes', forget('web-2'))).toEqual({ status: 200, body: { ok: true } })
    expect((await overviewOf(acting.zenith)).nodes.map(({ id }) => id)).toEqual(['web-1'])
    await seen(other, (overview) => {
      expect(overview.nodes.map(({ id }) => id)).toEqual(['web-1'])
      expect(serviceOf(overview, 'shop')).toMatchObject({ nodes: { live: 1, lost: 0 }, health: { score: 100 } })
    })
    expect(await trailOf(store)).toMatchObject([
      { step: 'intent', action: 'forget', role: 'operator', queue: null, target: 'node web-2 of shop', ok: null },
      { step: 'result', action: 'forget', role: 'operator', queue: null, target: 'node web-2 of shop', ok: true },
    ])
    await report(store, beatOf('shop', 'web-2'))
    await seen(acting.zenith, (overview) => expect(nodeOf(overview, 'web-2').state).toBe('live'))
  })

  it('is refused of one that is live or unknown, and to viewers', async () => {
    const { store, acting } = await withLostNode()
    const live = await acting.post<Problem>('/api/nodes', forget('web-1'))
    expect([live.status, live.body.error.code]).toEqual([409, 'not_possible'])
    const unknown = await acting.post<Problem>('/api/nodes', forget('web-3'))
    expect([unknown.status, unknown.body.error.code]).toEqual([404, 'not_found'])
    const viewer = openZenith({ store, auth: () => 'viewer' })
    const forbidden = await postApi<Problem>(viewer, '/api/nodes', forget('web-2'))
    expect([forbidden.status, forbidden.body.error.code]).toEqual([403, 'forbidden'])
    expect(await trailOf(store)).toEqual([])
  })

  it('fails with the reason when the store refuses, and the node stays', async () => {
    const { store } = await withLostNode()
    const refusing = { ...store, forgetNode: () => Promise.reject(new Error('NOPERM this user has no permissions')) }
    const acting = actingZenith({ store: refusing, auth: () => 'operator' })
    const { status, body } = await acting.post<Problem>('/api/nodes', forget('web-2'))
    expect([status, body.error.code]).toEqual([503, 'store_unavailable'])
    expect(nodeOf(await overviewOf(acting.zenith), 'web-2').state).toBe('lost')
    expect(await trailOf(store)).toMatchObject([{ step: 'intent' }, { step: 'result', ok: false }])
  })
})
