import { readFileSync } from 'node:fs'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { keysOf } from '../../../src/protocol/index.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { createAclUser, documentedAclRules } from '../../support/redis-acl.js'

const keys = keysOf()
const MINE = 'gravito:quasar:mine'
const OWN = [
  keys.audit,
  keys.auditHead,
  keys.kept('scheduler'),
  keys.kept('bulk:7'),
  keys.lease('bulk'),
  keys.moved,
  keys.debts,
]
const SCRIPT = "return redis.call('del', 'KEY')"

/** All ways in which a key can be written, deleted, cut, replaced or read. */
function attacksOn(key: string): (string | number)[][] {
  return [
    ...['del', 'unlink', 'persist', 'getdel', 'incr', 'touch', 'lpop', 'spop', 'dump', 'get', 'type'].map((name) => [
      name,
      key,
    ]),
    ...[
      ['set', key, 'x'],
      ['set', key, 'x', 'GET'],
      ['getset', key, 'x'],
      ['append', key, 'x'],
      ['setrange', key, 0, 'x'],
      ['setbit', key, 0, 1],
      ['bitfield', key, 'SET', 'u8', 0, 1],
      ['bitop', 'NOT', key, MINE],
      ['mset', MINE, 'x', key, 'x'],
      ['expire', key, 0],
      ['pexpire', key, 1],
      ['expireat', key, 1],
      ['getex', key, 'PX', 1],
      ['rename', key, MINE],
      ['rename', MINE, key],
      ['renamenx', key, MINE],
      ['copy', key, MINE, 'REPLACE'],
      ['copy', MINE, key, 'REPLACE'],
      ['move', key, 1],
      ['restore', key, 0, 'x', 'REPLACE'],
      ['migrate', '127.0.0.1', 1, key, 0, 10],
      ['xadd', key, '*', 'data', '{}'],
      ['xadd', key, 'MAXLEN', 0, '*', 'data', '{}'],
      ['xtrim', key, 'MAXLEN', 0],
      ['xdel', key, '1-1'],
      ['xsetid', key, '99-99'],
      ['xgroup', 'CREATE', key, 'g', '0', 'MKSTREAM'],
      ['hset', key, 'a', 'x'],
      ['hsetnx', key, 'b', 'x'],
      ['hdel', key, 'a'],
      ['hincrby', key, 'a', 1],
      ['lpush', key, 'x'],
      ['lmove', MINE, key, 'LEFT', 'LEFT'],
      ['sadd', key, 'x'],
      ['smove', MINE, key, 'x'],
      ['sunionstore', key, MINE],
      ['zadd', key, 1, 'x'],
      ['zrem', key, 'x'],
      ['zremrangebyrank', key, 0, -1],
      ['zremrangebyscore', key, '-inf', '+inf'],
      ['zrangestore', key, MINE, 0, -1],
      ['zunionstore', key, 1, MINE],
      ['geosearchstore', key, MINE, 'FROMLONLAT', 0, 0, 'BYRADIUS', 1, 'km'],
      ['pfadd', key, 'x'],
      ['pfmerge', key, MINE],
      ['sort', MINE, 'STORE', key],
      ['eval', SCRIPT.replace('KEY', key), 0],
      ['eval', "return redis.call('del', KEYS[1])", 1, key],
    ],
  ]
}

const ALL = [['flushall'], ['flushdb'], ['swapdb', 0, 1], ['acl', 'setuser', 'reporter', '~*'], ['shutdown', 'nosave']]

let server: TestRedis
let admin: Redis

beforeAll(async () => {
  server = await startRedis()
  admin = server.client()
})
afterAll(() => server?.stop())

beforeEach(async () => {
  await admin.flushall()
  for (const key of [keys.audit, keys.auditHead]) await admin.xadd(key, '1-1', 'data', '{}')
  for (const key of [keys.kept('scheduler'), keys.kept('bulk:7')]) await admin.hset(key, 'a', '1')
  await admin.zadd(keys.debts, 1, 'a')
  for (const key of [keys.lease('bulk'), keys.moved, keys.debts]) await admin.set(key, '1')
})

const contents = () => Promise.all(OWN.map(async (key) => [key, await admin.dumpBuffer(key), await admin.pttl(key)]))

function clientOf(user: string): Redis {
  return new Redis({
    port: server.port,
    host: '127.0.0.1',
    username: user,
    password: 'secret',
    enableReadyCheck: false,
  })
}

async function refusalsOf(user: string, attacks: readonly (readonly (string | number)[])[]): Promise<string[]> {
  const client = clientOf(user)
  const done: string[] = []
  for (const [name = '', ...args] of attacks) {
    await client.call(String(name), ...args).then(
      () => done.push([name, ...args].join(' ')),
      (error: Error) => expect(error.message).toMatch(/NOPERM|can't access|No permissions|no permissions|permission/i),
    )
  }
  client.disconnect()
  return done
}

/** A command as COMMAND tells of it. */
type Told = readonly [name: string, arity: number, ...unknown[]]

/** Commands that a user may send with a key in each place of an argument, in order. */
async function allowedWith(user: string, key: string): Promise<string[]> {
  const commands = ((await admin.call('command')) as Told[]).flatMap((told) => {
    const subcommands = told[9] as Told[]
    return subcommands.length > 0 ? subcommands : [told]
  })
  const allowed: string[] = []
  for (const [name, arity] of commands) {
    const words = name.split('|')
    const args = Array.from({ length: Math.abs(arity) - words.length }, () => key)
    const isAllowed = (await admin.call('acl', 'dryrun', user, ...words, ...args).catch(() => null)) === 'OK'
    if (isAllowed && args.length > 0) allowed.push(name)
  }
  return allowed.sort()
}

test.each(['quasar-reporter', 'quasar-queues'])(
  'a user as documented for %s reaches nothing of Zenith’s',
  async (name) => {
    await createAclUser(admin, 'reporter', [name])
    const before = await contents()
    expect(await refusalsOf('reporter', [...OWN.flatMap(attacksOn), ...ALL])).toEqual([])
    expect(await contents()).toEqual(before)
  },
)

test.each(['quasar-reporter', 'quasar-queues'])(
  'of all commands of this Redis none may be sent by %s with a key of Zenith’s',
  async (name) => {
    await createAclUser(admin, 'reporter', [name])
    expect(await allowedWith('reporter', keys.audit)).toEqual(['auth', 'client|setname', 'select'])
    expect(await allowedWith('reporter', keys.node('shop', 'n1'))).toContain('del')
  },
)

test.each([
  keys.own,
  keys.own.slice(0, -1),
  keys.audit.toUpperCase(),
  decodeURIComponent(keys.audit),
  keys.prefix.slice(0, -1),
  keys.prefix.toUpperCase(),
  ` ${keys.prefix}x`,
  `\0${keys.prefix}x`,
])('nor with one of another spelling: %j', async (key) => {
  await createAclUser(admin, 'reporter', ['quasar-queues'])
  expect(await allowedWith('reporter', key)).toEqual(['auth', 'client|setname', 'select'])
})

test('nor does an app’s user with all commands but the dangerous ones, when its keys are those of reports and of its queues', async () => {
  const documented = /`(\+@all[^`]*)`/.exec(readFileSync('docs/operations.md', 'utf8'))?.[1]?.split(' ') ?? []
  await admin.call('acl', 'setuser', 'app', 'on', '>secret', '~gravito:quasar:*', '~bull:*', ...documented)
  await admin.sadd(MINE, 'x')
  const before = await contents()
  expect(await refusalsOf('app', [...OWN.flatMap(attacksOn), ...ALL])).toEqual([])
  expect(await contents()).toEqual(before)
})

test('a Zenith that only reads can write neither its own data nor reports', async () => {
  await createAclUser(admin, 'viewer', ['quasar-zenith'])
  const reads = new Set(['get', 'mget'])
  const writes = [...OWN, keys.node('shop', 'n1')].flatMap(attacksOn).filter(([name]) => !reads.has(String(name)))
  const before = await contents()
  expect(await refusalsOf('viewer', [...writes, ...ALL])).toEqual([])
  expect(await contents()).toEqual(before)
})

test('a Zenith by which people act can’t change what is reported', async () => {
  await createAclUser(admin, 'actor', ['quasar-operator'])
  const writes = attacksOn(keys.node('shop', 'n1')).filter(([name]) => name !== 'get')
  expect(await refusalsOf('actor', writes)).toEqual([])
  expect(await admin.exists(keys.node('shop', 'n1'))).toBe(0)
})

test('no pattern of a documented rule for reporters is the beginning of Zenith’s own keys, and Zenith’s are those', () => {
  const patterns = (user: string) =>
    documentedAclRules()
      .get(user)
      ?.filter((word) => /^[~%]/.test(word))
  expect(patterns('quasar-reporter')).toEqual([`~${keys.prefix}*`])
  expect(patterns('quasar-queues')).toEqual([`~${keys.prefix}*`])
  expect(patterns('quasar-zenith')).toEqual([`%R~${keys.prefix}*`, `%R~${keys.own}*`])
  expect(patterns('quasar-operator')).toEqual([`%R~${keys.prefix}*`, `~${keys.own}*`])
})
