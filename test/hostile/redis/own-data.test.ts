import { describe, expect, it } from 'vitest'
import type { UntrustedDocument } from '../../../src/api/audit.js'
import type { SchedulerListing } from '../../../src/api/schedulers.js'
import { type AuditChain, keysOf } from '../../../src/protocol/index.js'
import { redisStore } from '../../../src/stores/redis/index.js'
import { BullRedis } from '../../support/bullmq-redis.js'
import { createAclUser } from '../../support/redis-acl.js'
import { closing, schedulersOf } from '../../zenith/queues/schedulers/support/schedulers-zenith.js'

const TOKEN = 'a-token-of-the-fleet'
const keys = keysOf()
const KEPT = keys.kept('scheduler')
const bull = new BullRedis()

const open = () => schedulersOf('mail', { redis: bull.redis.url, token: TOKEN, queues: [bull.source()] })

async function addScheduler(): Promise<void> {
  const queue = bull.bench().queue('mail')
  await queue.upsertJobScheduler('nightly', { pattern: '0 12 * * *' }, { name: 'send', data: { to: 'ada' } })
}

/** What stands for a paused scheduler, with a job of the attacker's choice. */
function forgedFor(queue: string, id = 'nightly'): string {
  const definition = {
    id,
    name: 'send',
    cron: '* * * * *',
    every: null,
    timezone: null,
    limit: null,
    from: null,
    until: null,
  }
  const kept = {
    queue,
    definition: { ...definition, data: '{"to":"eve"}', options: {} },
    isEdited: false,
    hasTemplate: true,
  }
  return JSON.stringify({ ...kept, snapshot: null, runs: null, last: null, pausedBy: 'ada', pausedAt: 1 })
}

/** Nothing of the attacker's is in any queue. */
async function expectNothingOfEve(): Promise<void> {
  for (const key of await bull.client.keys('bull:*')) {
    const type = await bull.client.type(key)
    if (type === 'hash') expect(JSON.stringify(await bull.client.hgetall(key)), key).not.toContain('eve')
  }
}

type Trail = { items: { target: string; trust?: string }[]; chain: AuditChain; documents: UntrustedDocument[] }

describe('what Zenith keeps, when an attacker writes it', () => {
  it.each(['in place of one that was paused', 'as one that was not there'])('a forged scheduler, %s', async (how) => {
    await addScheduler()
    const zenith = await open()
    const queue = await zenith.keyOf('mail')
    if (how.startsWith('in place')) {
      expect(await zenith.do('pause', 'nightly')).toMatchObject({ status: 200 })
    } else await bull.bench().queue('mail').removeJobScheduler('nightly')
    await bull.client.hset(KEPT, `${queue}/nightly`, forgedFor(queue))
    const { body } = await zenith.ask<SchedulerListing>(`/api/schedulers?queue=${encodeURIComponent(queue)}`)
    expect(body.items).toEqual([])
    expect(body.untrusted).toEqual([{ kind: 'scheduler', id: `${queue}/nightly`, doubt: 'unsigned' }])
    for (const action of ['resume', 'run', 'remove', 'pause']) {
      expect(await zenith.do(action, 'nightly')).toMatchObject({ status: 404 })
    }
    await expectNothingOfEve()
    const trail = await zenith.ask<Trail>('/api/audit')
    expect(trail.body.documents).toEqual(body.untrusted)
  })

  it('a paused scheduler comes back as it was, and a copy of its document under another id, or of an older pause, does not', async () => {
    await addScheduler()
    const zenith = await open()
    const queue = await zenith.keyOf('mail')
    expect(await zenith.do('pause', 'nightly')).toMatchObject({ status: 200 })
    const signed = (await bull.client.hget(KEPT, `${queue}/nightly`)) ?? ''
    await bull.client.hset(KEPT, `${queue}/other`, signed)
    expect(await zenith.do('resume', 'other')).toMatchObject({ status: 404 })
    expect(await zenith.do('resume', 'nightly')).toMatchObject({ status: 200 })
    expect(await zenith.one('nightly')).toMatchObject({ state: 'active', isKept: false })
    await bull.bench().queue('mail').removeJobScheduler('nightly')
    await bull.client.hset(KEPT, `${queue}/nightly`, signed)
    expect(await zenith.do('resume', 'nightly')).toMatchObject({ status: 404 })
    expect(await bull.bench().queue('mail').getJobSchedulersCount()).toBe(0)
  })

  it('a forged bulk operation is neither listed nor resumed', async () => {
    await addScheduler()
    const zenith = await open()
    await zenith.keyOf('mail')
    const operation = {
      id: '7',
      action: 'remove',
      phase: 'interrupted',
      resumable: true,
      selection: { state: 'failed', queues: ['x'] },
    }
    await bull.client.hset(
      keys.kept('bulk'),
      '7',
      JSON.stringify({ zenith: 'z', at: 1, operation, going: 0, blocks: 1 }),
    )
    await bull.client.hset(
      keys.kept('bulk:7'),
      'jobs-0',
      JSON.stringify({ queue: 'x', names: ['x'], ids: ['1'], marks: [null] }),
    )
    expect((await zenith.ask<{ items: unknown[] }>('/api/bulk')).body.items).toEqual([])
    expect((await zenith.post('/api/bulk/7/resume', {})).status).toBe(404)
    expect((await zenith.ask<Trail>('/api/audit')).body.documents).toEqual([
      { kind: 'bulk', id: '7', doubt: 'unsigned' },
    ])
  })

  it('a reporter’s user changes nothing that a Zenith shows, before it starts again or after', async () => {
    await addScheduler()
    await createAclUser(bull.client, 'reporter', ['quasar-queues'])
    const zenith = await open()
    const queue = await zenith.keyOf('mail')
    expect(await zenith.do('pause', 'nightly')).toMatchObject({ status: 200 })
    const reporter = bull.redis.client({ username: 'reporter', password: 'secret', enableReadyCheck: false })
    await reporter.xadd(
      keys.former.audit,
      '*',
      'data',
      JSON.stringify({ operation: 'o', step: 'intent', at: 1, action: 'evil' }),
    )
    await expect(
      reporter.hset(keys.former.kept('scheduler'), `${queue}/other`, forgedFor(queue, 'other')),
    ).rejects.toThrow('NOPERM')
    await bull.client.hset(keys.former.kept('scheduler'), `${queue}/other`, forgedFor(queue, 'other'))
    for (const one of [zenith, await open()]) {
      const { body } = await one.ask<Trail>('/api/audit')
      expect(body.items.map(({ target, trust }) => `${target} ${trust}`)).toEqual(['nightly signed', 'nightly signed'])
      expect(body.chain).toMatchObject({ ok: true, signed: true, last: 2, leftBehind: 1 })
      expect((await one.list()).map(({ id }) => id)).toEqual(['nightly'])
    }
  })

  it.each([
    ['the record of the trail’s end', keys.auditHead],
    ['bulk operations', keys.kept('bulk')],
    ['paused schedulers', KEPT],
    ['what counts wrong log-ins', keys.debts],
  ])('who puts something else in the place of %s does not hide the trail', async (_, key) => {
    await addScheduler()
    const zenith = await open()
    expect(await zenith.do('pause', 'nightly')).toMatchObject({ status: 200 })
    expect(await zenith.do('resume', 'nightly')).toMatchObject({ status: 200 })
    await bull.client.del(key)
    await bull.client.set(key, 'x')
    const { status, body } = await zenith.ask<Trail>('/api/audit')
    expect({ status, items: body.items?.length }).toEqual({ status: 200, items: 4 })
    expect(body.chain.breaks.map(({ kind }) => kind)).toEqual(key === keys.auditHead ? ['head'] : [])
    const kind = key === KEPT ? 'scheduler' : key === keys.kept('bulk') ? 'bulk' : null
    expect(body.documents).toEqual(kind ? [{ kind, id: '', doubt: 'displaced' }] : [])
    if (key !== KEPT) expect(await zenith.do('pause', 'nightly')).toMatchObject({ status: 200 })
  })

  it('a trail that is forged by who has Zenith’s rights, and not its token, says so', async () => {
    await addScheduler()
    const zenith = await open()
    expect(await zenith.do('pause', 'nightly')).toMatchObject({ status: 200 })
    expect(await zenith.do('resume', 'nightly')).toMatchObject({ status: 200 })
    const attacker = closing(redisStore({ redis: bull.redis.url }))
    await bull.client.xtrim(keys.audit, 'MAXLEN', 2)
    await attacker.appendAudit({
      ...{ operation: 'evil', step: 'result', at: 1, user: 'ada', role: 'admin', action: 'remove' },
      ...{ queue: null, queueName: null, target: 'all of it', ok: true, detail: null },
    })
    const { body } = await zenith.ask<Trail>('/api/audit')
    expect(body.chain).toMatchObject({ ok: false, untrusted: 1 })
    expect(body.chain.breaks.map(({ kind }) => kind).sort()).toEqual(['head', 'start', 'untrusted'])
    expect(body.items[0]).toMatchObject({ target: 'all of it', trust: 'unsigned' })
  })
})
