import { afterAll, beforeAll, expect, it } from 'vitest'
import type { AuditPage } from '../../../src/api/audit.js'
import { referenceOf } from '../../../src/protocol/index.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { HIDDEN, SECRETS, sightedZenith } from '../support/sighted.js'

let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

it('answers a search for a hidden queue as one for nothing, by every filter, in JSON and CSV', async () => {
  const { keys, asker } = await sightedZenith(redis)
  const admin = await asker([{ queues: null, role: 'admin' }])
  const user = await asker([{ queues: ['mail*'], role: 'viewer' }])
  for (const [key, action] of [
    [keys.hidden, 'pause'],
    [keys.mail, 'pause'],
    [keys.hidden, 'resume'],
    [keys.mail, 'resume'],
  ] as const)
    expect((await admin.post(`/api/queues/${referenceOf(key)}/actions`, { action })).status).toBe(200)
  const absent = keys.hidden.replace(HIDDEN, 'absent-q')
  const pairs = [
    [`q=${HIDDEN}`, 'q=absent-q'],
    [`q=${SECRETS.id}`, 'q=absent'],
    [`q=pause%20${HIDDEN}`, 'q=pause%20absent-q'],
    [`queue=${encodeURIComponent(keys.hidden)}`, `queue=${encodeURIComponent(absent)}`],
    [`queue=${HIDDEN}`, 'queue=absent-q'],
    [`action=retry&queue=${HIDDEN}`, 'action=retry&queue=absent-q'],
    [`q=${HIDDEN}&format=csv`, 'q=absent-q&format=csv'],
  ]
  for (const [hidden, nothing] of pairs) {
    const [found, none] = [await user.get(`/api/audit?${hidden}`), await user.get(`/api/audit?${nothing}`)]
    expect([hidden, found.status, found.text]).toEqual([hidden, 200, none.text])
    expect((await admin.get(`/api/audit?${hidden}`)).text).not.toBe(none.text)
  }
  const seen = (await user.get('/api/audit?action=pause,resume')).json<AuditPage>()
  expect(seen.items.map(({ queueName }) => queueName)).toEqual(['mail-out', 'mail-out', 'mail-out', 'mail-out'])
  const all = (await user.get('/api/audit?limit=1000')).json<AuditPage>()
  expect(all.searched.lines).toBe(all.items.length)
})
