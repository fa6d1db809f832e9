import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { NewAuditEntry } from '../../src/ports/index.js'
import { keysOf } from '../../src/protocol/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { createAclUser } from '../support/redis-acl.js'
import { diagnose } from './doctor-run.js'

const TOKEN = 'a-token-of-the-doctor'
const keys = keysOf()
let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis?.stop())
beforeEach(async () => {
  await redis.client().flushall()
  const store = redisStore({ redis: redis.url, token: TOKEN })
  for (let number = 0; number < 5; number++) await store.appendAudit(line)
  await store.putDocument('scheduler', 'a', '{}')
  await store.close()
})

const line: NewAuditEntry = {
  ...{ operation: 'op', step: 'intent', at: 1_767_225_600_000, user: 'ada', role: 'admin', action: 'retry' },
  ...{ queue: null, queueName: null, ok: null, detail: null, target: 'x' },
}
const trailCodes = ({ findings }: { findings: readonly { code: string }[] }) =>
  findings.map(({ code }) => code).filter((code) => /^(audit|kept)-/.test(code))

it('says that the audit trail is whole, and with the token that it is signed', async () => {
  const signed = await diagnose(redis.url, '--token', TOKEN)
  expect(trailCodes(signed)).toEqual(['audit-whole'])
  expect(signed.of('audit-whole').message).toBe('The audit trail is intact: 5 lines, signed.')
  expect(trailCodes(await diagnose(redis.url))).toEqual(['audit-unsigned', 'audit-whole'])
})

it('says where it is broken, that documents are forged, and what is at its former place, and changes nothing', async () => {
  const client = redis.client()
  await client.xtrim(keys.audit, 'MAXLEN', 3)
  await client.hset(keys.kept('scheduler'), 'b', '{}')
  await client.xadd(keys.former.audit, '*', 'data', '{}')
  const before = await client.dbsize()
  const { exitCode, of } = await diagnose(redis.url, '--token', TOKEN)
  expect(exitCode).toBe(1)
  expect(of('audit-start').message).toContain('2 lines are missing at the start')
  expect(of('kept-untrusted').message).toContain('1 of the schedulers, operations and freezes')
  expect(of('audit-left-behind').level).toBe('hint')
  expect(await client.dbsize()).toBe(before)
})

it('says nothing of it to a user who may not read it', async () => {
  await createAclUser(redis.client(), 'reporter', ['quasar-reporter'])
  const { wrong, exitCode } = await diagnose(redis.url.replace('//', '//reporter:secret@'), '--role', 'reporter')
  expect([exitCode, wrong.filter((code) => /audit|kept|check-failed/.test(code))]).toEqual([0, []])
})
