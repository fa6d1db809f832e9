import { describe, expect, it, vi } from 'vitest'
import type { BulkOperation } from '../../../../src/api/bulk.js'
import type { Listing } from '../../../../src/api/part.js'
import type { QueueSource } from '../../../../src/ports/index.js'
import { type JobSummary, UNKNOWN_METRICS } from '../../../../src/protocol/index.js'
import { memoryStore } from '../../../../src/stores/memory/index.js'
import { isWhole } from '../../../support/extent.js'
import { type ActingZenith, actingZenith, type Problem, trailOf } from '../../support/acting.js'

const NOTHING_KNOWN = {
  ...{ addedAt: null, runAt: null, startedAt: null, finishedAt: null, attempts: null, maxAttempts: null },
  ...{ priority: null, error: null, progress: null, parent: null, scheduler: null, dataBytes: null },
}

/** More failed jobs than a test could have fail, and no end of them. @param gate what each part waits for */
function endless(gate: () => Promise<void> = async () => {}): QueueSource {
  const capabilities = ['list', 'retry'] as const
  const states = ['failed'] as const
  const rest = { approximate: false, paused: false, oldestMs: null, overdueMs: null, throughput: null, totals: null }
  const reading = { name: 'big', driver: 'other', metrics: UNKNOWN_METRICS, states, capabilities, ...rest } as const
  return {
    driver: 'other',
    place: 'nowhere',
    names: ['big'],
    capabilities,
    pollEvery: null,
    read: async () => ({ server: 'one', queues: [{ ...reading, workers: null, error: null, meta: null }] }),
    async scan(_, { cursor, limit }) {
      await gate()
      const from = Number(cursor ?? 0)
      const jobs = Array.from({ length: limit }, (_, index): JobSummary => {
        return { ...NOTHING_KNOWN, id: `${from + index}`, name: index % 2 ? 'odd' : 'even', state: 'failed' }
      })
      return { jobs, cursor: `${from + limit}` }
    },
    retry: async (_, ids) => ids.map((id) => ({ id, ok: true, reason: null })),
    close: async () => {},
  }
}

const SELECTION = { state: 'failed', ids: null, name: null, fingerprint: null, text: null }

async function create(acting: ActingZenith, name: string | null = null) {
  const selection = { ...SELECTION, name, queues: [await acting.keyOf('big')] }
  return acting.post<BulkOperation & Problem>('/api/bulk', { action: 'retry', selection })
}

async function counted(acting: ActingZenith, name?: string): Promise<BulkOperation> {
  const { body } = await create(acting, name)
  return vi.waitFor(
    async () => {
      const found = (await acting.ask<BulkOperation>(`/api/bulk/${body.id}`)).body
      expect(found.phase).toBe('ready')
      return found
    },
    { timeout: 60_000 },
  )
}

describe('the bounds of bulk operations', () => {
  it.runIf(isWhole)('are so many jobs for one, and it says that there were more', async () => {
    const acting = actingZenith({ store: memoryStore(), queues: [endless()] })
    expect(await counted(acting)).toMatchObject({ eligible: 100_000, isPartial: true })
    const odd = await counted(acting, 'odd')
    expect(odd).toMatchObject({ eligible: 100_000, isPartial: true })
    expect(odd.looked).toBeGreaterThanOrEqual(200_000)
    // What matches nothing ends, too.
    const none = await counted(acting, 'neither')
    expect(none).toMatchObject({ eligible: 0, isPartial: true })
    expect(none.looked).toBeLessThan(1_010_000)
  })

  it('are so many jobs for all: the oldest operation lets go of its own', async () => {
    const store = memoryStore()
    const acting = actingZenith({ store, queues: [endless()] })
    const first = await counted(acting)
    const { body } = await acting.post<BulkOperation>(`/api/bulk/${first.id}/start`, {})
    await vi.waitFor(async () => {
      expect((await acting.ask<BulkOperation>(`/api/bulk/${body.id}`)).body.phase).toBe('done')
    })
    // There were more: somebody who reads the trail must not think that these were all.
    await vi.waitFor(async () => {
      expect((await trailOf(store)).at(-1)).toMatchObject({
        ...{ step: 'result', ok: false },
        detail: '100000 done, and there were more than one operation takes',
      })
    })
    const unstarted = await counted(acting)
    for (let more = 0; more < 3; more++) await counted(acting)
    const asked = async (id: string) => (await acting.ask<BulkOperation>(`/api/bulk/${id}`)).body
    expect(await asked(first.id)).toMatchObject({ phase: 'done', eligible: 100_000, succeeded: 100_000 })
    expect((await acting.ask(`/api/bulk/${first.id}/results`)).status).toBe(404)
    expect(await asked(unstarted.id)).toMatchObject({ phase: 'cancelled', eligible: 100_000 })
    expect((await asked(unstarted.id)).error).toContain('make room')
    expect((await acting.post(`/api/bulk/${unstarted.id}/start`, {})).status).toBe(409)
  })

  it('are twenty operations that are remembered, and three that are counted at a time', async () => {
    let open = () => {}
    const opened = new Promise<void>((resolve) => {
      open = resolve
    })
    const acting = actingZenith({ store: memoryStore(), queues: [endless(() => opened)] })
    const all = [await create(acting), await create(acting), await create(acting)]
    const refused = await create(acting)
    expect(refused).toMatchObject({ status: 429, body: { error: { code: 'too_many_searches' } } })
    const atOnce = await Promise.all(Array.from({ length: 5 }, () => create(acting)))
    expect(atOnce.map(({ status }) => status)).toEqual(Array(5).fill(429))
    const cancelling = all.map(({ body }) => acting.post<BulkOperation>(`/api/bulk/${body.id}/cancel`, {}))
    open()
    for (const { body } of await Promise.all(cancelling)) expect(body.phase).toBe('cancelled')
    for (let more = 0; more < 20; more++) {
      const { body } = await create(acting)
      await acting.post(`/api/bulk/${body.id}/cancel`, {})
    }
    const { body } = await acting.ask<Listing<BulkOperation>>('/api/bulk')
    expect(body.total).toBe(20)
    expect((await acting.ask(`/api/bulk/${all[0]?.body.id}`)).status).toBe(404)
  })
})
