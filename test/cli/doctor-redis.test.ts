import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { ensureBuilt } from '../support/pack.js'
import { freePort, type StartRedisOptions, startRedis, type TestRedis } from '../support/redis.js'
import { createAclUser } from '../support/redis-acl.js'
import { run } from './command.js'
import { diagnose } from './doctor-run.js'

let redis: TestRedis

beforeAll(async () => {
  await ensureBuilt()
  redis = await startRedis()
})

afterAll(() => redis.stop())

async function another(...args: NonNullable<StartRedisOptions['args']>): Promise<TestRedis> {
  const server = await startRedis({ args })
  onTestFinished(() => server.stop())
  return server
}

describe('a Redis that is well', () => {
  it('is said to be so, and nothing is left in it', async () => {
    const { exitCode, ok, wrong, of, redis: name } = await diagnose(redis.url)
    expect([exitCode, ok, name]).toEqual([0, true, redis.url])
    expect(wrong).toEqual(['no-reporters'])
    expect(of('redis-version').message).toMatch(/^(Redis|Valkey) \d+\.\d+\.\d+, standalone\.$/)
    expect(of('redis-rights').message).toContain('report, report queues, show the page, change queues')
    expect(of('redis-latency').message).toMatch(/15 × PING: median [\d.]+ ms, worst [\d.]+ ms/)
    expect(of('clock').level).toBe('ok')
    expect(await redis.client().dbsize()).toBe(0)
  })

  it('for people comes with the worst first and what to do', async () => {
    const { code, stdout } = await run(['doctor', '--prefix', 'mine:'], { env: { REDIS_URL: redis.url } })
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^quasar doctor \S+, redis:\/\/127\.0\.0\.1:\d+, mine:\n\nhint {6}reporters: .*\n +→ .+\nok /,
    )
    expect(stdout).toMatch(/\n0 problems, 1 hint\.\n$/)
  })
})

describe('a Redis that can’t be reached', () => {
  it('refuses', async () => {
    const { exitCode, wrong } = await diagnose(`redis://127.0.0.1:${await freePort()}`)
    expect([exitCode, wrong]).toEqual([1, ['redis-refused']])
  })

  it('has a name that nobody knows', async () => {
    const { exitCode, wrong } = await diagnose('redis://redis.invalid:6379')
    expect([exitCode, wrong]).toEqual([1, ['redis-dns']])
  })

  it('does not answer', async () => {
    const hanging = await another()
    hanging.pause()
    const { exitCode, wrong } = await diagnose(hanging.url)
    expect([exitCode, wrong]).toEqual([1, ['redis-timeout']])
  })

  it('has no TLS', async () => {
    const { exitCode, wrong, of } = await diagnose(redis.url.replace('redis:', 'rediss:'))
    expect(exitCode).toBe(1)
    expect(wrong).toHaveLength(1)
    expect(of(wrong[0] ?? '').advice).toContain('rediss://')
  })

  it('closes the connection', async () => {
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const { port } = server.address() as { port: number }
    const { exitCode, wrong } = await diagnose(`redis://127.0.0.1:${port}`)
    expect([exitCode, wrong]).toEqual([1, ['redis-reset']])
  })

  it('wants another password, which is not said', async () => {
    const locked = await another('--requirepass', 'right-horse')
    for (const user of ['', ':wrong-horse@', 'ops:wrong-horse@']) {
      const { exitCode, wrong, raw } = await diagnose(locked.url.replace('//', `//${user}`))
      expect([exitCode, wrong]).toEqual([1, ['redis-auth']])
      expect(raw).not.toContain('horse')
    }
    expect((await diagnose(locked.url.replace('//', '//:right-horse@'))).exitCode).toBe(0)
  })
})

describe('rights', () => {
  const ROLES = {
    reporter: 'quasar-reporter',
    queues: 'quasar-queues',
    zenith: 'quasar-zenith',
    operator: 'quasar-operator',
  }
  const urlOf = (user: string) => redis.url.replace('//', `//${user}:secret@`)

  it.each(Object.entries(ROLES))('of the documented user are enough for a %s', async (role, user) => {
    await createAclUser(redis.client(), role, [user])
    const { exitCode, wrong, of } = await diagnose(urlOf(role), '--role', role)
    expect(exitCode).toBe(0)
    expect(of('redis-rights').level).toBe('ok')
    expect(wrong).toContain('redis-info-denied')
    expect(await redis.client().dbsize()).toBe(0)
  })

  it('are those of the user whose password is the token', async () => {
    const token = 'a-token-of-quasar-1'
    await createAclUser(redis.client(), 'signing', ['quasar-reporter'])
    await redis.client().call('acl', 'setuser', 'signing', 'resetpass', `>${token}`)
    const url = redis.url.replace('//', '//signing@')
    expect((await diagnose(url, '--role', 'reporter')).wrong).toEqual(['redis-auth'])
    const { exitCode, raw } = await diagnose(url, '--role', 'reporter', '--token', token)
    expect(exitCode).toBe(0)
    expect(raw).not.toContain(token)
  })

  // With and without the right to ask Redis itself.
  it.each([
    ['by trying', []],
    ['by ACL DRYRUN', ['+acl|whoami', '+acl|dryrun']],
  ])('that lack are named, %s', async (_how, more) => {
    const client = redis.client()
    await createAclUser(client, 'half', ['quasar-reporter', 'quasar-zenith'])
    // A connection whose name is refused works all the same.
    await client.call('acl', 'setuser', 'half', '-xadd', '-client|setname', ...more)
    const { exitCode, of } = await diagnose(urlOf('half'), '--role', 'reporter')
    expect(exitCode).toBe(1)
    expect(of('redis-rights-reporter').message).toMatch(/can’t report: it lacks xadd\.$/)
    expect(of('redis-rights-reporter').advice).toContain('+xadd')
    const { of: ofAny, exitCode: any } = await diagnose(urlOf('half'))
    expect(any).toBe(0)
    expect(ofAny('redis-rights').message).toBe('This user can show the page.')
    expect(ofAny('redis-rights-reporter').level).toBe('hint')
  })

  it.each([
    ['by trying', []],
    ['by ACL DRYRUN', ['+acl|whoami', '+acl|dryrun']],
  ])('to other keys only are named, %s', async (_how, more) => {
    const client = redis.client()
    await createAclUser(client, 'elsewhere', ['quasar-reporter'])
    await client.call('acl', 'setuser', 'elsewhere', 'resetkeys', '~gravito:quasar:node:*', ...more)
    const { exitCode, of } = await diagnose(urlOf('elsewhere'), '--role', 'reporter')
    expect(exitCode).toBe(1)
    expect(of('redis-rights-reporter').message).toContain('xadd on its keys')
    expect(of('redis-rights-reporter').message).not.toContain('set on its keys')
    expect(of('redis-rights-reporter').advice).toContain('~gravito:quasar:*')
  })

  it.each([
    ['by trying', []],
    ['by ACL DRYRUN', ['+acl|whoami', '+acl|dryrun']],
  ])('that reach what is Zenith’s own are too wide for all but who acts, %s', async (_how, more) => {
    const client = redis.client()
    for (const [role, user] of Object.entries(ROLES)) {
      await createAclUser(client, 'fitting', [user])
      await client.call('acl', 'setuser', 'fitting', ...more)
      const { wrong, exitCode } = await diagnose(urlOf('fitting'), '--role', role)
      expect([role, exitCode, wrong]).not.toContain('redis-rights-too-wide')
      if (role === 'operator') continue
      await client.call('acl', 'setuser', 'fitting', '~*', '+rename', '+hset')
      const wide = await diagnose(urlOf('fitting'), '--role', role)
      const { message } = wide.of('redis-rights-too-wide')
      expect(message).toMatch(/\bhset\b.*\brename on gravito-zenith\/gravito%3Aquasar\/\*/)
      expect(message).not.toMatch(/\bh?get\b/)
    }
    expect((await diagnose(redis.url, '--role', 'reporter')).wrong).toContain('redis-rights-too-wide')
    expect((await diagnose(redis.url)).wrong).not.toContain('redis-rights-too-wide')
    await createAclUser(client, 'old', ['quasar-zenith', 'quasar-operator'])
    await client.call('acl', 'setuser', 'old', 'resetkeys', '~gravito:quasar:*')
    const { of } = await diagnose(urlOf('old'), '--role', 'operator')
    expect(of('redis-rights-operator').advice).toContain('~gravito-zenith/gravito%3Aquasar/*')
  })
})

describe('memory', () => {
  it('that is full is a problem', async () => {
    const full = await another('--maxmemory-policy', 'noeviction')
    await full.client().config('SET', 'maxmemory', '100kb')
    const { exitCode, of } = await diagnose(full.url)
    expect([exitCode, of('redis-full').level]).toEqual([1, 'problem'])
    expect(of('redis-rights').level).toBe('ok')
  })

  it('that is taken from whatever there is, is one when that has happened', async () => {
    const evicting = await another('--maxmemory', '1gb', '--maxmemory-policy', 'allkeys-lru')
    const before = await diagnose(evicting.url)
    expect([before.exitCode, before.of('redis-evicts').level]).toEqual([0, 'hint'])
    const client = evicting.client()
    await client.mset('a', '1', 'b', '2')
    await client.config('SET', 'maxmemory', '100kb')
    await client.set('c', '3').catch(() => {})
    await vi.waitFor(async () => expect(await client.info('stats')).toMatch(/evicted_keys:[1-9]/))
    const after = await diagnose(evicting.url)
    expect([after.exitCode, after.of('redis-evicts').level]).toEqual([1, 'problem'])
  })
})

it('knows a read-only replica', async () => {
  const replica = await another('--replicaof', '127.0.0.1', `${redis.port}`)
  const { exitCode, of } = await diagnose(replica.url)
  expect(exitCode).toBe(1)
  expect(of('redis-replica').advice).toContain(`127.0.0.1:${redis.port}`)
})

it('knows a node of a Cluster', async () => {
  const node = await another('--cluster-enabled', 'yes')
  const { of } = await diagnose(node.url)
  expect(of('redis-is-cluster').advice).toContain('ioredis Cluster')
})
