import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { fillHealthy, KINDS } from '../../bench/poison/kinds.mjs'
import { startRedis, type TestRedis } from '../support/redis.js'
import { createAclUser } from '../support/redis-acl.js'
import { diagnose } from './doctor-run.js'

let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis?.stop())
beforeEach(async () => {
  await redis.client().flushall()
  await fillHealthy(redis.client())
})

it.each([
  ['nodes', 10_500, /leaves out nodes \(5\d\d\)/],
  ['queues in snapshots', 12_000, /leaves out queues \([\d,]+\)/],
  ['documents that Zenith kept', 3_000, /leaves out documents of Zenith \(1,0\d\d\)/],
  ['one huge heartbeat', 40_000_000, /leaves out oversized values \(2\)/],
])('says what Zenith leaves out of %s', async (kind, size, words) => {
  await KINDS[kind]?.fill(redis.client(), size)
  expect((await diagnose(redis.url)).of('left-out').message).toMatch(words)
})

it('says nothing of it where all is read, and to a user who may not read', async () => {
  expect((await diagnose(redis.url)).findings.map(({ code }) => code)).not.toContain('left-out')
  await createAclUser(redis.client(), 'reporter', ['quasar-reporter'])
  const { findings } = await diagnose(redis.url.replace('//', '//reporter:secret@'), '--role', 'reporter')
  expect(findings.map(({ code }) => code).filter((code) => /left-out|check-failed/.test(code))).toEqual([])
})
