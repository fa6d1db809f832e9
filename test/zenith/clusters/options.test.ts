import { describe, expect, it } from 'vitest'
import { createZenith, type ZenithOptions } from '../../../src/runtime/create-zenith.js'
import { memoryStore } from '../../../src/stores/memory/index.js'

const two = (a: object, b: object) => ({
  clusters: [
    { id: 'a', ...a },
    { id: 'b', ...b },
  ] as never,
})
const store = memoryStore()

describe('the option clusters', () => {
  it.each<[string, ZenithOptions, RegExp]>([
    ['an empty list', { clusters: [] }, /"clusters" takes a list of 1 to 50 clusters/],
    ['no list', { clusters: {} as never }, /"clusters" takes a list of 1 to 50 clusters/],
    ['too many', { clusters: Array.from({ length: 51 }, (_, i) => ({ id: `c${i}` })) }, /1 to 50 clusters/],
    ['a cluster without an id', { clusters: [{ store } as never] }, /clusters\[0\] needs an id: lower-case letters/],
    ['an id in capitals', { clusters: [{ id: 'Prod', store }] }, /clusters\[0\]: option "id" takes lower-case letters/],
    ['a long id', { clusters: [{ id: 'p'.repeat(25), store }] }, /clusters\[0\]: option "id" takes .* 24 characters/],
    [
      'one id twice',
      {
        clusters: [
          { id: 'a', store },
          { id: 'a', store: memoryStore() },
        ],
      },
      /clusters\[1\] has the id "a"/,
    ],
    ['an unknown option', two({ store, colour: 'red', color: 'red' }, {}), /a cluster has no option "color"/],
    ['an unknown colour', two({ store, colour: 'pink' }, {}), /clusters\[0\]: option "colour" takes grey, blue/],
    ['no Redis', two({ store }, {}), /clusters\[1\] needs a redis/],
    ['a Redis beside it', { redis: false, clusters: [{ id: 'a', store }] }, /"redis" is one of each cluster/],
    ['read-only queues beside it', { readOnly: ['*'], clusters: [{ id: 'a', store }] }, /"readOnly" is one of each/],
    ['one store twice', two({ store }, { store }), /clusters "a" and "b" are the same Redis with the same prefix/],
    [
      'one Redis twice, written in two ways',
      two({ redis: 'redis://user:hidden@127.0.0.1' }, { redis: { host: '127.0.0.1', port: 6379, db: 0 } }),
      /"a" and "b" are the same Redis/,
    ],
    ['the memory of this process twice', two({ redis: false }, { redis: false }), /"a" and "b" are the same Redis/],
    [
      'an archive that can’t separate them',
      { ...two({ store }, { store: memoryStore() }), archive: { write() {}, jobs() {} } as never },
      /"archive" can't separate clusters/,
    ],
  ])('refuses %s', (_, options, words) => {
    const make = () => createZenith({ auth: 'local', logger: false, ...options })
    expect(make).toThrow(words)
    expect(make).toThrow(expect.objectContaining({ code: 'invalid_option' }))
    expect(make).not.toThrow(/hidden/)
  })

  it('takes one Redis with two prefixes, and two databases of one', async () => {
    const redis = 'redis://127.0.0.1:1'
    const clusters = [
      { id: 'a', redis, prefix: 'a:' },
      { id: 'b', redis, prefix: 'b:' },
      { id: 'c', redis: `${redis}/3`, prefix: 'a:' },
    ]
    const zenith = createZenith({ auth: 'local', logger: false, clusters })
    expect(zenith.clusters.map(({ id, colour }) => [id, colour])).toEqual([
      ['a', 'blue'],
      ['b', 'teal'],
      ['c', 'green'],
    ])
    await zenith.close()
  })
})
