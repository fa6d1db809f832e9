import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { encodeRollup, keysOf, MAX_RECORD_CHARS, parseRollup } from '../../src/protocol/index.js'
import { packText, unpackText } from '../../src/redis/packed-text.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { docsBlocks } from '../protocol/records.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { rollupOf, rollupRecord } from './samples.js'

const run = promisify(execFile)
const MAX = MAX_RECORD_CHARS
const key = keysOf().rollup('billing')
const wide = rollupOf({
  routes: Array.from({ length: 50 }, (_, index) => ({
    key: `GET /sections/${index}/{ä}/:id`,
    count: 1,
    errors: 0,
    aborted: 0,
    classes: [0, 1],
    sketch: '8w',
  })),
  to: Date.now(),
})
let server: TestRedis

beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server?.stop())
beforeEach(() => server.client().flushall())

async function readRollups() {
  const store = redisStore({ redis: server.url })
  const page = await store.rollups({ service: 'billing', since: 0 })
  await store.close()
  return page
}

test('any text comes back as it was, and takes no more room than it had', () => {
  const long = fc.tuple(fc.string({ unit: 'grapheme' }), fc.nat(300)).map(([text, times]) => text.repeat(times))
  const texts = fc.oneof(fc.string({ unit: 'binary', maxLength: 3_000 }), long)
  fc.assert(
    fc.property(texts, (text) => {
      const [field, value] = packText(text, MAX)
      expect(unpackText({ [field]: value }, MAX)).toBe(text.toWellFormed())
      expect(value.length).toBeLessThanOrEqual(text.length)
    }),
  )
})

test('a wide rollup takes a fourth of its room, and a small one stays readable', async () => {
  const text = encodeRollup(wide)
  const [field, value] = packText(text, MAX)
  expect(field).toBe('deflate')
  expect(value.length).toBeLessThan(text.length / 4)
  const small = encodeRollup(rollupOf({ routes: [], jobs: [] }))
  expect(packText(small, MAX)).toEqual(['data', small])
})

test('what is too long to be inflated again is written as it is', () => {
  const text = 'ä'.repeat(MAX)
  expect(packText(text, MAX)).toEqual(['data', text])
})

test.each<[what: string, fields: Record<string, unknown>]>([
  ['nothing', {}],
  ['no Base64', { deflate: '\u0000' }],
  ['no deflated bytes', { deflate: Buffer.from('{"v":2}').toString('base64') }],
  ['half of it', { deflate: packText(encodeRollup(wide), MAX)[1].slice(0, 300) }],
  ['a list', { deflate: [] }],
  ['a megabyte too much', { deflate: deflateRawSync(Buffer.alloc(2 * MAX)).toString('base64') }],
])('%s is no text', (_, fields) => {
  expect(unpackText(fields, MAX)).toBeNull()
})

test('a store deflates its rollups and reads those of others, deflated or not', async () => {
  const store = redisStore({ redis: server.url })
  await store.write({ service: 'billing', node: 'n1', heartbeat: null, records: [rollupRecord(wide)] })
  await store.close()
  const [, fields] = (await server.client().xrange(key, '-', '+'))[0] ?? []
  expect(fields?.[0]).toBe('deflate')
  await server.client().xadd(key, '*', 'data', encodeRollup({ ...wide, node: 'plain' }))
  await server.client().xadd(key, '*', 'deflate', 'nonsense')
  const { records, unreadable } = await readRollups()
  expect(records.map(({ node }) => node)).toEqual([wide.node, 'plain'])
  expect(records[0]).toEqual(wide)
  expect(unreadable).toBe(1)
})

test('what the Python of the docs deflates is read, and what it says of an entry is its text', async () => {
  const [python = ''] = docsBlocks('python deflate')
  const text = encodeRollup({ ...wide, node: 'python' })
  const { stdout } = await run('python3', ['-c', `${python}\nimport sys\nprint(deflated(sys.argv[1]))`, text])
  await server.client().xadd(key, '*', 'deflate', stdout.trim())
  expect((await readRollups()).records.map(({ node }) => node)).toEqual(['python'])

  const look = docsBlocks('sh').find((block) => block.includes('XREVRANGE')) ?? ''
  const shown = await run('bash', ['-c', look], { env: { ...process.env, REDIS_URL: server.url } })
  expect(parseRollup(shown.stdout.trim())?.node).toBe('python')
})
