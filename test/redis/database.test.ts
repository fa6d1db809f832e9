import { inspect } from 'node:util'
import { Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis5'
import { afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Quasar, startQuasar } from '../../src/index.js'
import { redisListQueues } from '../../src/queues/redis-list/index.js'
import { createZenith } from '../../src/runtime/create-zenith.js'
import { diagnose } from '../cli/doctor-run.js'
import { ensureBuilt } from '../support/pack.js'
import { runProgram } from '../support/program.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { createAclUser } from '../support/redis-acl.js'

let server: TestRedis
let admin: Redis

beforeAll(() => ensureBuilt())

beforeEach(async () => {
  server = await startRedis()
  admin = server.client()
})
afterEach(() => server.stop())

/** Numbers of keys by database. */
async function keys(): Promise<Record<string, number>> {
  const found = [...(await admin.info('keyspace')).matchAll(/^(db\d+):keys=(\d+)/gm)]
  return Object.fromEntries(found.map(([, db = '', count]) => [db, Number(count)]))
}

function started(redis: string | object): Quasar & { readonly lines: readonly string[] } {
  const lines: string[] = []
  const say = (line: string) => void lines.push(line)
  const quasar = startQuasar({
    service: 'databases',
    redis,
    interval: 100,
    logger: { info: say, warn: say, error: say },
  })
  onTestFinished(() => quasar.stop())
  return Object.assign(quasar, { lines })
}

const url = (db: number, credentials = '') => `redis://${credentials}127.0.0.1:${server.port}/${db}`

describe('a database that there is not', () => {
  it.each<[string, (db: number) => string | object]>([
    ['of a URL', (db) => url(db)],
    ['of options', (db) => ({ host: '127.0.0.1', port: server.port, db })],
  ])('%s is a failed connection, and no other one is written to', async (_, redisOf) => {
    const quasar = started(redisOf(99))
    await quasar.flush()
    await quasar.flush()
    expect(quasar.status().error).toMatch(/no database 99.*DB index is out of range/)
    expect(quasar.status().lastReportAt).toBeNull()
    expect(quasar.lines.filter((line) => /database 99/.test(line))).toHaveLength(1)
    await quasar.stop()
    expect(await keys()).toEqual({})
  })

  it.each<[string, typeof Redis]>([
    ['6', Redis],
    ['5', Redis5 as unknown as typeof Redis],
  ])('of a client of ioredis %s is a failed connection until the client has one', async (_, Client) => {
    const client = new Client({ host: '127.0.0.1', port: server.port, db: 99 })
    client.on('error', () => {})
    onTestFinished(() => client.disconnect())
    const quasar = started(client)
    await quasar.flush()
    await quasar.flush()
    expect(quasar.status().error).toMatch(/no database 99.*DB index is out of range/)
    expect(quasar.status().lastReportAt).toBeNull()
    expect(await keys()).toEqual({})
    await client.select(3)
    await quasar.flush()
    expect(quasar.status().error).toBeNull()
    expect(Object.keys(await keys())).toEqual(['db3'])
  })

  it('is one for Zenith and for queues, too', async () => {
    await admin.rpush('mail', 'one')
    const zenith = createZenith({ redis: url(99), auth: () => 'viewer', logger: false })
    expect(await zenith.health()).toMatchObject({ ok: false, error: expect.stringContaining('database 99') })
    await zenith.close()
    const source = redisListQueues({ redis: url(99), queues: ['mail'] })
    await expect(source.read()).rejects.toThrow('database 99')
    await source.close?.()
  })

  it('is what the doctor says', async () => {
    const { exitCode, of } = await diagnose(url(99))
    expect(exitCode).toBe(1)
    expect(of('redis-database')).toMatchObject({ level: 'problem', message: expect.stringContaining('database 99') })
  })

  it('does not end the app', async () => {
    const program = `
      import { startQuasar } from '@gravito/quasar'
      const quasar = startQuasar({ service: 'lives' })
      await quasar.flush()
      process.stdout.write(String(quasar.status().error))
      await quasar.stop()
    `
    const { code, stdout } = await runProgram(program, { env: { REDIS_URL: url(99) } })
    expect([code, await keys()]).toEqual([0, {}])
    expect(stdout).toContain('database 99')
  })
})

describe.each(['quasar-reporter', 'quasar-queues'])('a user by the rule for %s', (rule) => {
  it('reports to another database than 0', async () => {
    await createAclUser(admin, 'app', [rule])
    const quasar = started(url(2, 'app:secret@'))
    await quasar.flush()
    expect(quasar.status().error).toBeNull()
    expect(Object.keys(await keys())).toEqual(['db2'])
  })
})

it.each(['quasar-zenith', 'quasar-operator'])(
  'a user by the rule for %s reads another database than 0',
  async (rule) => {
    const quasar = started(url(2))
    await quasar.flush()
    await createAclUser(admin, 'page', [rule])
    const zenith = createZenith({ redis: url(2, 'page:secret@'), auth: () => 'viewer', logger: false })
    onTestFinished(() => zenith.close())
    const answer = await zenith.fetch(new Request('http://localhost/api/overview'))
    expect((await answer.json()) as object).toMatchObject({ services: [{ service: 'databases' }] })
  },
)

it('a user who may not select writes to no other database, also after the connection was lost', async () => {
  await createAclUser(admin, 'app', ['quasar-reporter'])
  const quasar = started(url(2, 'app:secret@'))
  await quasar.flush()
  expect(quasar.status().error).toBeNull()
  await admin.call('acl', 'setuser', 'app', '-select')
  await admin.call('client', 'kill', 'user', 'app')
  await vi.waitFor(async () => {
    await quasar.flush()
    expect(quasar.status().error).toMatch(/may not use database 2: it lacks \+select/)
  })
  expect(inspect(quasar.status())).not.toContain('secret')
  expect(Object.keys(await keys())).not.toContain('db0')
  await admin.call('acl', 'setuser', 'app', '+select')
  await quasar.flush()
  expect(quasar.status().error).toBeNull()
  expect(Object.keys(await keys())).toEqual(['db2'])
})

it('a user who may not select any more writes to no other database by the client that was passed in', async () => {
  await createAclUser(admin, 'app', ['quasar-reporter'])
  const client = new Redis({ host: '127.0.0.1', port: server.port, db: 2, username: 'app', password: 'secret' })
  client.on('error', () => {})
  onTestFinished(() => client.disconnect())
  const quasar = started(client)
  await quasar.flush()
  expect(quasar.status().error).toBeNull()
  await admin.call('acl', 'setuser', 'app', '-select')
  await admin.call('client', 'kill', 'user', 'app')
  await vi.waitFor(async () => {
    await quasar.flush()
    expect(quasar.status().error).toMatch(/may not use database 2: it lacks \+select/)
  })
  expect(Object.keys(await keys())).toEqual(['db2'])
})

it('a database that went away with a restart is a failed connection', async () => {
  const quasar = started(url(9))
  await quasar.flush()
  expect(Object.keys(await keys())).toEqual(['db9'])
  const { port } = server
  await server.kill()
  server = await startRedis({ port, args: ['--databases', '2'] })
  admin = server.client()
  await vi.waitFor(async () => {
    await quasar.flush()
    expect(quasar.status().error).toContain('database 9')
  })
  expect(await keys()).toEqual({})
})
