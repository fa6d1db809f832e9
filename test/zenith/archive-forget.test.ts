import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { sqliteDriver } from '../../src/archive/sqlite/driver.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { fillArchive, rawJob } from '../support/archived.js'
import { inlineArchive } from '../support/inline-archive.js'
import { actingZenith, type Problem, trailOf } from './support/acting.js'

async function forgettingZenith(role: 'operator' | 'admin' = 'admin') {
  const dir = mkdtempSync(join(tmpdir(), 'quasar-forget-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  const at = Date.now() - 1_000
  const jobs = [rawJob('1', at, { email: 'ada@example.com' }), rawJob('2', at, { email: 'bob@example.com' })]
  await fillArchive(sqliteDriver({ dir }), { jobs })
  const store = memoryStore()
  const acting = actingZenith({ store, auth: () => role, archive: inlineArchive(sqliteDriver({ dir })) })
  const forget = <T>(q: string, dryRun = false) => acting.post<T>('/api/archive/forget', { q, dryRun })
  const left = async () => {
    const { body } = await acting.ask<{ items: { id: string }[] }>('/api/archive/jobs')
    return body.items.map(({ id }) => id).sort()
  }
  return { store, forget, left }
}

describe('forgetting finished jobs', () => {
  it('counts them, deletes them, and keeps their words out of the audit trail', async () => {
    const { store, forget, left } = await forgettingZenith()
    expect(await forget('email:ada@example.com', true)).toEqual({
      status: 200,
      body: { attempts: 1, isPartial: false },
    })
    expect(await left()).toEqual(['1', '2'])
    expect(await trailOf(store)).toEqual([])
    expect(await forget('email:ada@example.com')).toEqual({ status: 200, body: { attempts: 1, isPartial: false } })
    expect(await left()).toEqual(['2'])
    const line = { action: 'archive forget', queue: null, target: 'email:…' }
    expect(await trailOf(store)).toMatchObject([
      { ...line, step: 'intent', ok: null },
      { ...line, step: 'result', ok: true, detail: '1 finished attempt deleted' },
    ])
    expect(JSON.stringify(await trailOf(store))).not.toContain('ada')
  })

  it('is for admins, and takes a search that selects something', async () => {
    const operator = await forgettingZenith('operator')
    const refused = await operator.forget<Problem>('email:ada@example.com')
    expect([refused.status, refused.body.error.code]).toEqual([403, 'forbidden'])
    expect(await operator.left()).toEqual(['1', '2'])
    const admin = await forgettingZenith()
    for (const q of ['after:2h', 'state:done', '""']) {
      const { status, body } = await admin.forget<Problem>(q)
      expect([status, body.error.code]).toEqual([400, 'bad_search'])
    }
    expect(await admin.left()).toEqual(['1', '2'])
  })
})
