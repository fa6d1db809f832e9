import { describe, expect, it } from 'vitest'
import { PAGE_NAMES, type PageName, paramsOf, type Route, type Target } from '../../src/dashboard/routing/pages.js'
import { isStep, parseUrl, problemsOf, writeUrl } from '../../src/dashboard/routing/url.js'

const parse = (query: string): Route => parseUrl(query).route
const write = (target: Target, from = ''): string => writeUrl(parseUrl(from), target)

/** What a page has to have; a page that lists things has none that is opened. */
const SUBJECTS: Readonly<Partial<Record<PageName, object>>> = {
  services: { service: '' },
  service: { service: 'shop-api' },
  queue: { queue: 'bullmq|mail' },
  job: { queue: 'bullmq|orders:confirm', job: 'größe/☃' },
  'archived-job': { queue: 'bullmq|mail', job: 'größe/☃' },
  unknown: { asked: 'nowhere' },
  process: { service: 'shop-api', node: 'web-1' },
  route: { service: 'shop-api', series: 'GET /users/:id' },
}

/** Values that URLs have, of all parameters; each page takes its own. */
const SAMPLES: readonly Readonly<Record<string, unknown>>[] = [
  {},
  { service: 'a&b=c', env: 'production', version: '1.2.3+x', q: 'two words', period: '1h' },
  {
    series: 'POST /orders',
    state: 'failed',
    offset: 50,
    order: 'oldest',
    find: '%?#',
    group: ':',
    bulk: 'x-1',
    t: 1_764_457_380_000,
    span: '7d',
    tab: 'rules',
    alert: 'disk host:db-1/ü',
    rule: 'disk',
  },
  { from: 1_764_457_380_000, to: 1_764_457_740_000, kept: 'all' },
  { period: '5m', series: 'ü', state: 'waitingChildren', offset: 1_000_000, group: 'service' },
]

function routesOf(page: PageName): Route[] {
  return SAMPLES.map((sample) => {
    const own = paramsOf(page).map(([key, param]) => [key, sample[key] ?? param.parse('')])
    return { page, ...Object.fromEntries(own), ...SUBJECTS[page] }
  })
}

describe.each(PAGE_NAMES)('the URL of the page %s', (page) => {
  it('says all that the page shows', () => {
    for (const route of routesOf(page)) expect(parse(write(route))).toEqual(route)
  })

  it('says nothing of what the page shows anyway', () => {
    const query = new URLSearchParams(write({ page, ...SUBJECTS[page] } as Target))
    expect(
      [...query.keys()].filter((name) => !['page', 'service', 'node', 'route', 'queue', 'job'].includes(name)),
    ).toEqual([])
  })

  it('shows what a URL without a parameter shows when the value is unknown', () => {
    const plain = write({ page, ...SUBJECTS[page] } as Target)
    const unknown = `${plain || '?'}&period=2d&state=lost&offset=-3&order=none&group=_`
    expect(parse(unknown)).toEqual(parse(plain))
  })

  it('keeps nothing of other pages but the scope', () => {
    for (const from of PAGE_NAMES.flatMap(routesOf)) {
      const { service, env, version, q, period } = from
      const to = write({ page, ...SUBJECTS[page], service } as Target, write(from))
      const isOwn = (name: string) => paramsOf(page).some(([, param]) => param.name === name)
      const kept = [...new URLSearchParams(to).keys()].filter((name) => name !== 'page' && !isOwn(name))
      expect(kept.filter((name) => name !== 'group')).toEqual([])
      expect(parse(to)).toMatchObject({ service, env, version, q, period })
    }
  })
})

it.each<[query: string, route: Partial<Record<string, unknown>>]>([
  ['', { page: 'pulse', service: '', period: '15m' }],
  ['?page=nowhere', { page: 'unknown', asked: 'nowhere' }],
  ['?page=job', { page: 'unknown', asked: 'job' }],
  ['?page=services', { page: 'unknown', asked: 'services' }],
  ['?from=1000&to=2000', { page: 'pulse', from: 1_000, to: 2_000 }],
  ['?from=2000&to=1000', { from: 0, to: 0 }],
  ['?from=1000', { from: 0, to: 0 }],
  ['?from=1000&to=34560001001', { from: 0, to: 0 }],
  ['?from=yesterday&to=now', { from: 0, to: 0 }],
  ['?keep=1&q=web-2', { page: 'pulse', q: 'web-2' }],
  ['?env=staging', { page: 'pulse', env: 'staging' }],
  ['?service=shop-api&q=web-2', { page: 'pulse', service: 'shop-api', q: 'web-2' }],
  ['?page=service', { page: 'services' }],
  ['?page=service&period=1h', { page: 'services', period: '1h' }],
  ['?page=service&service=shop-api&env=production', { page: 'service', service: 'shop-api', env: 'production' }],
  [
    '?page=service&service=shop-api&route=POST+%2Forders&period=1h',
    { page: 'service', service: 'shop-api', series: 'POST /orders', period: '1h' },
  ],
  ['?page=queues', { page: 'queues', group: '' }],
  ['?page=queues&group=service&q=mail', { page: 'queues', group: 'service', q: 'mail' }],
  ['?page=queues&job=8801', { page: 'queues' }],
  ['?page=queues&queue=bullmq%7Cmail', { page: 'queue', queue: 'bullmq|mail', state: '', offset: 0, order: 'newest' }],
  [
    '?page=queues&queue=bullmq%7Creports%2Fhourly&state=completed&offset=50&order=oldest&find=send-mail',
    {
      page: 'queue',
      queue: 'bullmq|reports/hourly',
      state: 'completed',
      offset: 50,
      order: 'oldest',
      find: 'send-mail',
    },
  ],
  ['?page=queues&queue=bullmq%7Cmail&job=8801', { page: 'job', queue: 'bullmq|mail', job: '8801' }],
  ['?page=routes&q=users', { page: 'routes', q: 'users' }],
  ['?page=routes&service=shop&route=GET+%2Fa', { page: 'route', service: 'shop', series: 'GET /a' }],
  ['?page=routes&route=GET+%2Fa', { page: 'routes' }],
  ['?page=failures', { page: 'failures' }],
  ['?page=schedulers', { page: 'schedulers' }],
  ['?page=slow&route=GET+%2F', { page: 'slow', series: 'GET /' }],
  ['?page=exceptions', { page: 'exceptions', series: '' }],
  ['?page=activity&bulk=b-1', { page: 'activity', bulk: 'b-1' }],
])('reads %s', (query, route) => {
  expect(parse(query)).toMatchObject(route)
})

it.each<[from: string, target: Target, to: string]>([
  ['?keep=1&page=slow&route=a', { page: 'pulse', q: 'web-2' }, '?keep=1&q=web-2'],
  ['?page=service&service=a&route=b&env=e&period=1h', { page: 'slow' }, '?page=slow&service=a&env=e&period=1h'],
  ['?page=slow&service=a', { page: 'services' }, '?page=service&service=a'],
  ['?page=queues&queue=q&state=failed&offset=50', { page: 'queue', queue: 'q' }, '?page=queues&queue=q'],
  ['?page=activity&bulk=b', { page: 'queues' }, '?page=queues'],
  ['?from=1000&to=2000', { page: 'slow', series: 'a' }, '?page=slow&route=a&from=1000&to=2000'],
  ['?page=slow&kept=all', { page: 'exceptions' }, '?page=exceptions'],
  ['?page=nowhere&from=5', { page: 'pulse' }, ''],
])('goes from %s to %j by %s', (from, target, to) => {
  expect(write(target, from)).toBe(to)
})

it('comes back from a job to the list that it was opened from, but not to the list of another queue', () => {
  const list = '?page=queues&queue=q&state=failed&offset=50&order=oldest'
  const job = write({ page: 'job', queue: 'q', job: '1' }, list)
  const next = write({ page: 'job', queue: 'q', job: '2' }, job)
  const route = parse(next)
  if (route.page !== 'job') throw new Error(`This is the page ${route.page}`)
  expect(write({ ...route, page: 'queue' }, next)).toBe(list)
  expect(write({ page: 'job', queue: 'other', job: '3' }, next)).toBe('?page=queues&queue=other&job=3')
})

it('comes back to the queues as they were grouped', () => {
  const queue = write({ page: 'queue', queue: 'q' }, '?page=queues&group=service')
  expect(parse(queue)).not.toHaveProperty('group')
  const pulse = write({ page: 'pulse' }, queue)
  expect(parse(write({ page: 'queues' }, pulse))).toMatchObject({ page: 'queues', group: 'service' })
})

it('makes a step of another page, service, route, queue, job or window, and of nothing else', () => {
  expect(isStep('', '?from=1000&to=2000')).toBe(true)
  expect(isStep('?page=slow', '?page=exceptions')).toBe(true)
  expect(isStep('?page=service&service=a', '?page=service&service=b')).toBe(true)
  expect(isStep('?page=slow', '?page=slow&route=a')).toBe(true)
  expect(isStep('?page=queues&queue=a', '?page=queues&queue=a&job=1')).toBe(true)
  expect(isStep('', '?q=a&env=b&version=c&period=1h')).toBe(false)
  expect(isStep('?page=queues&queue=a', '?page=queues&queue=a&state=failed&offset=50&order=oldest&find=x')).toBe(false)
})

it.each<[query: string, problems: readonly RegExp[]]>([
  ['', []],
  ['?period=1h', []],
  ['?from=1000&to=2000', []],
  ['?period=2d', [/“2d”.*5m, 15m or 1h/]],
  ['?from=1000', [/a window that is none/]],
  ['?period=x&from=2&to=1', [/“x”/, /a window that is none/]],
])('says of %s what there is not', (query, problems) => {
  expect(problemsOf(query)).toEqual(problems.map((problem) => expect.stringMatching(problem)))
})
