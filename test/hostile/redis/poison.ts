import { deflateRawSync } from 'node:zlib'
import type { Redis } from 'ioredis'
import {
  encodeException,
  encodeHeartbeat,
  encodeQueueSnapshot,
  encodeRollup,
  encodeSlowEntry,
  keysOf,
} from '../../../src/protocol/index.js'
import { exceptionOf, heartbeatOf, queueOf, rollupOf, slowOf, snapshotOf } from '../../stores/samples.js'
import { deepArray, deepJson, ODD_TEXTS } from '../support/fuzz.js'

/** What somebody may have put where a reporter's record should be. */

const keys = keysOf()
const MEGABYTE = 1_048_576

/** Bytes that are no UTF-8, as text and within JSON. */
const NO_UTF8 = Buffer.from([0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80])

/** Texts that are no record at all. */
export const NO_RECORDS: readonly (string | Buffer)[] = [
  ...ODD_TEXTS,
  NO_UTF8,
  '[]',
  '{}',
  '1e400',
  '"text"',
  '{"v":2,',
  deepJson(100_000),
  deepArray(100_000),
  '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
  'x'.repeat(10 * MEGABYTE),
  `{"v":2,"meta":"${'x'.repeat(10 * MEGABYTE)}"}`,
]

const NUMBERS = ['1e400', '-1e400', '-1', '1e308', '8640000000000000', '8640000000000001', '0.5', '"NaN"', 'null', '[]']
const WORDS = ['__proto__', '', '\u0000', 'x'.repeat(20_000), '<img src=x onerror="window.wasRun=true">', '\uD800']
const OBJECTS = [deepJson(100_000), deepArray(100_000), '{"__proto__":{"polluted":1}}', 'null', '7', '[[]]']

/** Records that look like good ones, with all numbers, all texts or all objects of theirs replaced. */
export function variantsOf(json: string): string[] {
  const fixed = /"(?:v|id|service|node|timestamp|ts|from|to|name|key|sketch|queues)":/
  const replace = (pattern: RegExp, value: string) =>
    json.replace(pattern, (all, field: string) => (fixed.test(field) ? all : `${field}${value}`))
  return [
    ...NUMBERS.map((value) => replace(/("\w+":)-?[\d.]+(?:e[+-]?\d+)?(?=[,}\]])/g, value)),
    ...WORDS.map((word) => replace(/("\w+":)"[^"]*"/g, JSON.stringify(word))),
    ...OBJECTS.map((value) =>
      replace(/("(?:meta|deps|metrics|throughput|cpu|load)":)(?:\{[^{}]*\}|\[[^[\]]*\])/g, value),
    ),
    ...NUMBERS.map((value) => json.replace(/("(?:timestamp|ts|from|to)":)[\d.]+/g, `$1${value}`)),
    json.replace(/^\{/, '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},'),
  ]
}

/** Puts a value of each type that is no text under keys that should hold one, and a text under all others. */
export async function wrongTypes(client: Redis, key: string, type: string): Promise<void> {
  await client.del(key)
  if (type === 'list') await client.rpush(key, 'x', '{}')
  if (type === 'set') await client.sadd(key, 'x')
  if (type === 'hash') await client.hset(key, 'data', 'x')
  if (type === 'zset') await client.zadd(key, 1, 'x')
  if (type === 'stream') await client.xadd(key, '*', 'x', 'x')
  if (type === 'string') await client.set(key, 'x')
}

export const TYPES = ['list', 'set', 'hash', 'zset', 'stream', 'string'] as const

/** All kinds of keys of the protocol, of one service. */
export function keysOfService(service: string): string[] {
  return [
    keys.node(service, 'n'),
    keys.slow(service),
    keys.errors(service),
    keys.rollup(service),
    keys.history(service),
    keys.queues(service),
    keys.queues(service, 2),
    keys.queuesLease(service),
  ]
}

export async function poisonTypes(client: Redis): Promise<void> {
  for (const type of TYPES) {
    const service = `typed-${type}`
    for (const key of keysOfService(service)) await wrongTypes(client, key, type)
    await client.zadd(keys.nodeIndex, Date.now(), `${service}:n`)
    await client.zadd(keys.queueIndex, Date.now(), service, Date.now(), `${service}:2`)
    for (const key of [`pulse:server:${service}:n`, `pulse:queues:${service}`, `pulse:${service}:n`]) {
      await wrongTypes(client, key, type)
    }
  }
}

/** Nodes and snapshots of which each is broken in another way; names are fine. */
export async function poisonTexts(client: Redis): Promise<void> {
  const heartbeats = variantsOf(encodeHeartbeat(heartbeatOf('odd', 'n')))
  const snapshots = variantsOf(encodeQueueSnapshot(snapshotOf('odd', { queues: [queueOf('mail')] })))
  for (const [index, text] of [...NO_RECORDS, ...heartbeats].entries()) {
    await client.set(keys.node('odd', `node-${index}`), text)
    await client.zadd(keys.nodeIndex, Date.now(), `odd:node-${index}`)
    if (index % 3 === 0) await client.set(`pulse:server:odd-${index}:n`, text)
  }
  for (const [index, text] of [...NO_RECORDS, ...snapshots].entries()) {
    await client.set(keys.queues(`odd-${index}`), text)
    await client.zadd(keys.queueIndex, Date.now(), `odd-${index}`)
  }
}

/** Members of the indexes, and scores, that lead nowhere. */
export async function poisonIndexes(client: Redis): Promise<void> {
  const members = [...ODD_TEXTS.filter((text) => text !== ''), NO_UTF8, 'a:b:c', ':', '::', 'x'.repeat(10 * MEGABYTE)]
  for (const index of [keys.nodeIndex, keys.queueIndex]) {
    for (const [place, member] of members.entries()) await client.zadd(index, place, member)
    await client.zadd(index, '-inf', 'past:n', '+inf', 'future:n', '1e300', 'late:n', '-1e300', 'early:n')
  }
}

/** Entries of every kind in the lists of a service that is otherwise well. */
export async function poisonRecords(client: Redis, service: string): Promise<void> {
  const rollups = [...NO_RECORDS, ...variantsOf(encodeRollup(rollupOf()))]
  for (const key of [keys.rollup(service), keys.history(service), keys.audit]) {
    for (const text of rollups) await client.xadd(key, '*', 'data', text)
    for (const bytes of [
      NO_UTF8,
      deflateRawSync(Buffer.alloc(8 * MEGABYTE)),
      ...rollups.map((text) => deflateRawSync(text)),
    ])
      await client.xadd(key, '*', 'deflate', bytes.toString('base64'))
    await client.xadd(key, '*', '', '')
    await client.xadd(key, '*', '__proto__', '{"polluted":1}')
  }
  for (const text of NO_RECORDS) await client.xadd(keys.slow(service), '*', 'name', text, 'ts', text, 'durationMs', '1')
  for (const text of variantsOf(JSON.stringify({ meta: slowOf(service).meta }))) {
    const fields = encodeSlowEntry(slowOf(service, { name: 'GET /odd' }))
    await client.xadd(keys.slow(service), '*', ...fields.slice(0, -1), text.slice(8, -1))
  }
  for (const number of NUMBERS) {
    const fields = encodeSlowEntry(slowOf(service, { name: 'GET /times' }))
    await client.xadd(keys.slow(service), '*', ...fields, 'ts', number, 'durationMs', number, 'thresholdMs', number)
  }
  const exceptions = [...NO_RECORDS, ...variantsOf(encodeException(exceptionOf(service, 'odd')))]
  for (const [index, text] of exceptions.entries()) await client.zadd(keys.errors(service), Date.now() - index, text)
  for (const score of ['-inf', '+inf', '1e300', '-1e300']) {
    await client.zadd(keys.errors(service), score, JSON.stringify({ message: `at ${score}` }))
  }
}

/** Documents that Zenith keeps for itself. */
export async function poisonKept(client: Redis): Promise<void> {
  for (const kind of ['scheduler', 'operation', 'bulk', '__proto__']) {
    for (const [index, text] of NO_RECORDS.entries()) await client.hset(keys.kept(kind), `id-${index}`, text)
    await client.hset(keys.kept(kind), '__proto__', '{"polluted":1}')
  }
}

/** Long enough that what is healthy is alive at the end of a test on a slow machine. */
const INTERVAL_MS = 120_000

/** A healthy node of a healthy service, to see that it stays as it is. */
export async function writeHealthy(client: Redis, service = 'shop'): Promise<void> {
  await client.set(
    keys.node(service, 'web-1'),
    encodeHeartbeat(heartbeatOf(service, 'web-1', { interval: INTERVAL_MS })),
    'EX',
    600,
  )
  await client.zadd(keys.nodeIndex, Date.now(), `${service}:web-1`)
  await client.set(
    keys.queues(service),
    encodeQueueSnapshot(snapshotOf(service, { queues: [queueOf('mail')], interval: INTERVAL_MS })),
    'EX',
    600,
  )
  await client.zadd(keys.queueIndex, Date.now(), service)
  await client.xadd(keys.slow(service), '*', ...encodeSlowEntry(slowOf(service, { name: 'GET /healthy' })))
  await client.zadd(keys.errors(service), Date.now(), encodeException(exceptionOf(service, 'healthy')))
}
