import { describe, expect, it, test } from 'vitest'
import { complaint, inForce, settings } from './files.js'

/** A file with these clusters, one on each line from the second one. */
const clusters = (...items: readonly string[]) => `clusters:\n${items.map((item) => `  - { ${item} }`).join('\n')}\n`

const ONE = 'id: one, redis: redis://one'

test('clusters have their own settings', () => {
  const content = clusters(
    ONE,
    'id: two-2, name: Two, colour: violet, environment: staging, redis: redis://two, prefix: "two:", token: [the-first-token-of-two, the-second-token-of-two], requireToken: true, queues: [bullmq], queuesRedis: redis://q, readOnly: [mail-*]',
    'id: "3", redis: redis://three, readOnly: true',
  )
  expect(settings(content).clusters).toEqual([
    { id: 'one', redis: 'redis://one', requireToken: false, queues: [] },
    {
      id: 'two-2',
      name: 'Two',
      colour: 'violet',
      environment: 'staging',
      redis: 'redis://two',
      prefix: 'two:',
      token: ['the-first-token-of-two', 'the-second-token-of-two'],
      requireToken: true,
      queues: ['bullmq'],
      queuesRedis: 'redis://q',
      readOnly: ['mail-*'],
    },
    { id: '3', redis: 'redis://three', requireToken: false, queues: [], readOnly: true },
  ])
})

test('without clusters there are none', () => {
  expect(settings('open: true').clusters).toBe(null)
})

describe('a cluster is refused', () => {
  it.each<[what: string, content: string, message: RegExp]>([
    ['without a Redis', clusters('id: one'), /:2:5 clusters\[0\] needs redis\.$/],
    ['without an id', clusters('redis: redis://one'), /:2:5 clusters\[0\] needs id\.$/],
    ['that is empty', 'clusters:\n  -\n', /clusters\[0\] is empty\.$/],
    ['that is a text', 'clusters: [redis://one]', /:1:12 clusters\[0\] takes the fields id, name, /],
    [
      'with an id in capitals',
      clusters('id: One, redis: redis://one'),
      /:2:11 clusters\[0\]\.id takes an id: lower-case/,
    ],
    [
      'with a number as id',
      clusters('id: 1, redis: redis://one'),
      /clusters\[0\]\.id takes a text in quotes: this is a number/,
    ],
    ['with a long id', clusters(`id: ${'a'.repeat(32)}, redis: redis://one`), /clusters\[0\]\.id takes an id/],
    [
      'with an environment of two words',
      clusters(`${ONE}, environment: pre prod`),
      /environment takes a word of at most 30/,
    ],
    ['with a colour of its own', clusters(`${ONE}, colour: "#f00"`), /colour takes one of grey, blue/],
    ['with the URL of a page', clusters('id: one, redis: http://one'), /:2:23 clusters\[0\]\.redis takes a URL/],
    [
      'that requires a token without one',
      clusters(`${ONE}, requireToken: true`),
      /clusters\[0\]\.requireToken needs token\.$/,
    ],
    [
      'with the Redis of no queues',
      clusters(`${ONE}, queuesRedis: redis://q`),
      /clusters\[0\]\.queuesRedis needs queues\.$/,
    ],
    [
      'with another’s id',
      clusters(ONE, 'id: one, redis: redis://two'),
      /:3:11 clusters\[1\]\.id is that of clusters\[0\] \(line 2\), too/,
    ],
  ])('%s', (_, content, message) => {
    expect(complaint(content)).toMatch(message)
  })

  it('once for a field that is there and wrong', () => {
    const message = complaint(clusters('id: one, redis: http://one, token: short, requireToken: true'))
    expect(message.split('\n')).toHaveLength(3)
  })
})

test('there are 1 to 50', () => {
  expect(complaint('clusters: []')).toMatch(/:1:11 clusters takes a list of 1 to 50: this is 0\.$/)
  expect(complaint('clusters: one')).toMatch(/:1:11 clusters takes a list of 1 to 50: this is a text\.$/)
  const many = (count: number) =>
    clusters(...Array.from({ length: count }, (_, index) => `id: c${index}, redis: redis://c${index}`))
  expect(settings(many(50)).clusters).toHaveLength(50)
  expect(complaint(many(51))).toMatch(/^zenith\.yaml:2:3 clusters takes a list of 1 to 50: this is 51\.$/)
})

describe('one Redis', () => {
  it.each([
    ['redis://one', 'redis://one:6379'],
    ['redis://one', 'redis://user:hush@ONE/0'],
    ['redis://localhost', 'redis://127.0.0.1:6379?db=0'],
    ['localhost:6379', 'redis://localhost'],
    ['unix:///run/redis.sock', '/run/redis.sock'],
  ])('%s and %s can’t have the same prefix twice', (first, second) => {
    const message = complaint(clusters(`id: a, redis: ${first}`, `id: b, redis: ${JSON.stringify(second)}`))
    expect(message).toMatch(
      /^zenith\.yaml:3:\d+ clusters\[1\]\.redis leads to the same Redis and prefix as clusters\[0\]\.redis \(line 2\)\.$/,
    )
    expect(message).not.toContain('hush')
  })

  it('can have several prefixes or databases', () => {
    const content = clusters(ONE, 'id: two, redis: redis://one, prefix: "two:"', 'id: three, redis: redis://one/1')
    expect(settings(content).clusters).toHaveLength(3)
    const same = clusters(ONE, 'id: two, redis: redis://one, prefix: "gravito:quasar:"')
    expect(complaint(same)).toMatch(/same Redis and prefix/)
  })

  it.each([
    ['[bullmq]', '[laravel, bullmq]'],
    ['[bullmq]', '[bull]'],
    ['[bullmq]', '[bullmq=bull]'],
    ['[redis-list=a+b]', '[redis-list=b]'],
  ])('can’t have the queues %s and %s in two clusters', (first, second) => {
    const content = clusters(
      `${ONE}, queues: ${first}`,
      `id: two, redis: redis://two, queues: ${second}, queuesRedis: redis://one`,
    )
    expect(complaint(content)).toMatch(
      /^zenith\.yaml:3:\d+ clusters\[1\]\.queues has queues of clusters\[0\]\.queues \(line 2\) in the same Redis/,
    )
  })

  it('can have other queues in each', () => {
    const two = 'id: two, redis: redis://one, prefix: "two:", queues: [bullmq=two, laravel]'
    expect(settings(clusters(`${ONE}, queues: [bullmq]`, two)).clusters).toHaveLength(2)
  })
})

describe('settings of one cluster', () => {
  it.each([
    'redis: redis://x',
    'prefix: "x:"',
    'token: a-token-of-the-fleet',
    'queues: [bullmq]',
    'readOnly: true',
    'name: x',
    'requireToken: true',
  ])('are refused beside clusters: %s', (line) => {
    const [field] = line.split(':')
    expect(complaint(`${line}\n${clusters(ONE)}`)).toMatch(
      new RegExp(`^zenith\\.yaml:1:\\d+ ${field} and clusters \\(line 2\\) exclude each other`),
    )
  })

  it.each<[given: Parameters<typeof complaint>[1], name: string]>([
    [{ env: { QUASAR_REDIS_URL: 'redis://x' } }, 'QUASAR_REDIS_URL'],
    [{ args: ['--read-only', '*'] }, '--read-only'],
  ])('are refused beside clusters: %j', (given, name) => {
    expect(complaint(clusters(ONE), given)).toContain(`zenith.yaml and ${name} exclude each other`)
  })

  it('do not come from REDIS_URL', () => {
    expect(settings(clusters(ONE), { env: { REDIS_URL: 'redis://x' } }).clusters).toHaveLength(1)
  })
})

test('what is in force has the fields of each cluster instead of those of one', () => {
  const rows = inForce(clusters('id: one, redis: redis://u:hush@one, token: a-token-of-the-fleet'))
  expect(rows).toMatchObject({
    'clusters[0].id': 'one from line 2',
    'clusters[0].redis': 'redis://u:***@one from line 2',
    'clusters[0].token': '*** from line 2',
    'clusters[0].prefix': 'gravito:quasar: from default',
    'clusters[0].colour': 'null from default',
  })
  expect(rows).not.toHaveProperty('redis')
})
