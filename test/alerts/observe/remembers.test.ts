import { describe, expect, it } from 'vitest'
import { createObserver } from '../../../src/alerts/observe/observer.js'
import type { NodeView } from '../../../src/api/nodes.js'
import { heartbeatOf } from '../../stores/samples.js'
import { AT, ask, lookOf, MINUTE, nodeOf, queueViewOf, seriesOf, serviceOf, values, waiting } from './looks.js'

const HOUR = 60 * MINUTE
const { memory, recorder } = heartbeatOf('shop', 'a')

describe('vanished nodes', () => {
  const SECOND = 1_000
  const shop = [serviceOf('shop')]
  const at = (seconds: number, ...nodes: NodeView[]) => lookOf({ at: AT + seconds * SECOND, services: shop, nodes })
  const live = (id: string, beat = {}) => nodeOf('shop', id, {}, { runtime: { uptime: 600, framework: null }, ...beat })
  const young = (id: string, seconds: number, beat = {}) =>
    nodeOf('shop', id, {}, { timestamp: AT + seconds * SECOND, runtime: { uptime: 5, framework: null }, ...beat })
  const as = (state: NodeView['state'], node: NodeView): NodeView => ({ ...node, state })
  const of = (...looks: ReturnType<typeof at>[]) => {
    const observer = createObserver()
    for (const look of looks) observer.note(look)
    return ask(observer, 'service.vanished')[0]
  }

  it('counts a lost node, and none that left', () => {
    expect(of(at(0, as('lost', live('a')), as('left', live('b'))))).toMatchObject({ value: 1 })
    expect(of(at(0, live('a')), at(40, as('left', live('a'))))).toMatchObject({ value: 0, details: [] })
  })

  it('counts one whose place one of the same version took, for a minute', () => {
    const [before, after] = [at(0, live('a')), at(40, as('replaced', live('a')), young('b', 40))]
    expect(of(before, after)).toMatchObject({ value: 1 })
    expect(of(before, after)?.details[0]).toContain('replaced by b')
    expect(of(before, after, at(99, young('b', 99)))).toMatchObject({ value: 1 })
    expect(of(before, after, at(100, young('b', 100)))).toMatchObject({ value: 0 })
  })

  it('is over with one that was lost for longer as soon as another takes its place', () => {
    const lost = [at(0, live('a')), at(40, as('lost', live('a'))), at(400, as('lost', live('a')))]
    expect(of(...lost)).toMatchObject({ value: 1 })
    expect(of(...lost, at(410, as('replaced', live('a')), young('b', 410)))).toMatchObject({ value: 0 })
  })

  it('tells of a host of several services that is down as one, and of it once it is back', () => {
    const box = (state: NodeView['state']) =>
      ['auth', 'cart'].map((service) => as(state, nodeOf(service, `${service}-1`, {}, { hostname: 'box' })))
    const observer = createObserver()
    const vanished = () => values(observer, 'service.vanished')
    observer.note(at(0, ...box('live'), live('a')))
    expect(vanished()).toEqual({ shop: 0 })
    observer.note(at(40, ...box('lost'), live('a')))
    expect(vanished()).toEqual({ box: 2, shop: 0 })
    expect(ask(observer, 'service.vanished')[0]?.subject).toMatchObject({ kind: 'host', services: ['auth', 'cart'] })
    observer.note(at(80, ...box('live'), live('a')))
    expect(vanished()).toEqual({ box: 0, shop: 0 })
    observer.note(at(400, ...box('live'), live('a')))
    expect(vanished()).toEqual({ shop: 0 })
  })

  it('counts no deployment: the new ones have another version', () => {
    const deployed = at(40, as('replaced', live('a')), young('b', 40, { appVersion: '2.0.0' }))
    expect(of(at(0, live('a')), deployed)).toMatchObject({ value: 0 })
    const other = { appVersion: '2.0.0', hostname: 'pod-2' }
    expect(
      of(at(0, live('a', { hostname: 'pod-1' })), at(40, as('replaced', live('a')), young('b', 40, other))),
    ).toMatchObject({ value: 0 })
  })

  it('counts unknown versions on both sides', () => {
    const unknown = { appVersion: null }
    const after = at(40, as('replaced', live('a', unknown)), young('b', 40, unknown))
    expect(of(at(0, live('a', unknown)), after)).toMatchObject({ value: 1 })
    expect(of(at(0, live('a')), at(40, as('replaced', live('a')), young('b', 40, unknown)))).toMatchObject({ value: 0 })
  })

  it('counts one that is hidden at once, and none that was missed for long', () => {
    expect(of(at(0, live('a')), at(10, young('b', 10)))).toMatchObject({ value: 1 })
    expect(of(at(0, live('a')), at(100, young('b', 100)))).toMatchObject({ value: 0 })
  })

  it('counts one that was already replaced when Zenith started as nothing', () => {
    expect(of(at(0, as('replaced', live('a')), young('b', 0)))).toMatchObject({ value: 0 })
  })

  it('gives each new node one place', () => {
    const after = at(40, as('replaced', live('a')), as('replaced', live('b')), young('c', 40))
    expect(of(at(0, live('a'), live('b')), after)).toMatchObject({ value: 1 })
  })

  it('goes on with what an earlier holder knew', () => {
    const first = createObserver()
    first.note(at(0, live('a')))
    first.note(at(40, as('replaced', live('a')), young('b', 40)))
    const next = createObserver()
    next.restore(JSON.parse(JSON.stringify(first.memory())))
    next.note(at(50, young('b', 50)))
    expect(ask(next, 'service.vanished')).toEqual(
      ask(first, 'service.vanished').map((one) => ({
        ...one,
        details: [expect.stringContaining('last seen 50 s ago')],
      })),
    )
  })

  it('tells of memory, of queues without a worker, and of ten lines at most', () => {
    const full = { memory: { ...memory, system: { ...memory.system, limit: 1e8, used: 9.7e7 } } }
    const lost = Array.from({ length: 30 }, (_, index) => as('lost', live(`n${index}`, full)))
    const queues = [
      queueViewOf('mail', { workers: 0, metrics: waiting(1_200) }),
      queueViewOf('shared', { workers: 0, metrics: waiting(9), services: ['shop', 'other'] }),
    ]
    const details = of({ ...at(0, ...lost), queues })?.details ?? []
    expect(details[0]).toBe(
      'n0, on web-1, version 1.2.3, last seen 0 s ago; its memory was at 97 % of the limit: out of memory?',
    )
    expect(details.slice(-2)).toEqual(['and 22 more', 'queue mail has no worker and 1,200 waiting jobs'])
    expect(details).toHaveLength(10)
  })
})

describe('dropped records', () => {
  const at = (ms: number, dropped: number) =>
    lookOf({ at: AT + ms, nodes: [nodeOf('shop', 'a', {}, { recorder: recorder && { ...recorder, dropped } })] })

  it('is the increase in five minutes', () => {
    const observer = createObserver()
    const seen = [at(0, 100), at(MINUTE, 100), at(2 * MINUTE, 130), at(3 * MINUTE, 135), at(7.5 * MINUTE, 135)]
    const dropped = seen.map((look) => {
      observer.note(look)
      return ask(observer, 'node.dropped')[0]?.value
    })
    expect(dropped).toEqual([0, 0, 30, 35, 5])
  })

  it('begins anew with the node', () => {
    const observer = createObserver()
    for (const look of [at(0, 100), at(MINUTE, 3)]) observer.note(look)
    expect(values(observer, 'node.dropped')).toEqual({ a: 3 })
  })
})

describe('a growing backlog', () => {
  const growing = (ms: number, is = true) =>
    lookOf({
      at: AT + ms,
      queues: [
        queueViewOf('mail', {
          metrics: waiting(90),
          attention: is ? [{ kind: 'growing', text: 'grows' }] : [],
          samples: [5, 3, 40, 90].map((backlog, index) => ({
            at: AT - (4 - index) * MINUTE,
            backlog,
            in: null,
            out: null,
          })),
        }),
      ],
    })

  it('has grown since it was last at its lowest', () => {
    const observer = createObserver()
    observer.note(growing(0))
    expect(values(observer, 'queue.growingMs')).toEqual({ mail: 3 * MINUTE })
    const next = createObserver()
    next.restore(JSON.parse(JSON.stringify(observer.memory())))
    next.note(growing(10 * MINUTE))
    expect(values(next, 'queue.growingMs')).toEqual({ mail: 13 * MINUTE })
    next.note(growing(11 * MINUTE, false))
    expect(values(next, 'queue.growingMs')).toEqual({ mail: 0 })
  })
})

describe('failed attempts against the hour before', () => {
  const at = (minutes: number, errors: number, count = 1_000) =>
    lookOf({ at: AT + minutes * MINUTE }, { shop: { jobs: [seriesOf('welcome', { count, errors })] } })
  const timesAt = (...looks: ReturnType<typeof at>[]) => {
    const observer = createObserver()
    for (const look of looks) observer.note(look)
    return ask(observer, 'service.jobFailuresTimes')[0]
  }

  it('is unknown until a quarter of an hour is known', () => {
    expect(timesAt(at(0, 10), at(5, 10), at(10, 50))).toMatchObject({ value: null })
    expect(timesAt(at(0, 10), at(5, 10), at(10, 10), at(15, 50))).toMatchObject({ value: expect.closeTo(5), count: 50 })
  })

  it('compares with at least 0.1 %, and with nothing without attempts', () => {
    expect(timesAt(at(0, 0), at(5, 0), at(10, 0), at(15, 50))).toMatchObject({ value: expect.closeTo(50) })
    expect(timesAt(at(0, 0, 0), at(5, 0, 0), at(10, 0, 0), at(15, 50))).toMatchObject({ value: null })
  })

  it('forgets what is more than an hour ago', () => {
    const hour = Array.from({ length: 12 }, (_, index) => at(10 + index * 5, 10))
    expect(timesAt(at(0, 900), at(5, 900), ...hour, at(71, 50))).toMatchObject({ value: expect.closeTo(5) })
  })
})

describe('the time since a job succeeded', () => {
  const at = (ms: number, job?: { count: number; errors: number }) =>
    lookOf({ at: AT + ms, services: [serviceOf('shop')] }, job ? { shop: { jobs: [seriesOf('nightly', job)] } } : {})
  const asked = { services: ['shop'], jobs: ['nightly'] }

  it('begins when an attempt last succeeded', () => {
    const observer = createObserver()
    observer.note(at(0, { count: 1, errors: 0 }))
    expect(values(observer, 'job.sinceSuccess')).toEqual({ nightly: 0 })
    observer.note(at(26 * HOUR, { count: 3, errors: 3 }))
    expect(values(observer, 'job.sinceSuccess')).toEqual({ nightly: 26 * HOUR })
    observer.note(at(27 * HOUR))
    expect(values(observer, 'job.sinceSuccess')).toEqual({ nightly: 27 * HOUR })
  })

  it('fires for a job that never ran, if it is named whole', () => {
    const observer = createObserver()
    observer.note(at(0))
    observer.note(at(HOUR))
    expect(values(observer, 'job.sinceSuccess', asked)).toEqual({ nightly: HOUR })
    expect(ask(observer, 'job.sinceSuccess', { services: ['shop'], jobs: ['nigh*'] })).toEqual([])
    expect(ask(observer, 'job.sinceSuccess')).toEqual([])
    expect(ask(observer, 'job.failures', asked)).toEqual([])
  })

  it('survives a restart', () => {
    const observer = createObserver()
    observer.note(at(0, { count: 1, errors: 0 }))
    const next = createObserver()
    next.restore(JSON.parse(JSON.stringify(observer.memory())))
    next.note(at(HOUR))
    expect(values(next, 'job.sinceSuccess')).toEqual({ nightly: HOUR })
    expect(values(next, 'job.sinceSuccess', { services: ['shop'], jobs: ['other'] })).toEqual({ other: HOUR })
  })
})

describe('the memory', () => {
  it('is bounded, whatever names there are', () => {
    const observer = createObserver()
    const name = (index: number) => `${index} ${'ü'.repeat(150)}`
    const series = Object.fromEntries(
      Array.from({ length: 30 }, (_, service) => [
        name(service),
        { jobs: Array.from({ length: 100 }, (_, job) => seriesOf(name(job))) },
      ]),
    )
    observer.note(lookOf({}, series))
    expect(Buffer.byteLength(JSON.stringify(observer.memory()))).toBeLessThanOrEqual(200_000)
  })

  it.each([null, 1, 'x', [], {}, { jobs: 1, since: {} }, { jobs: [[]], attempts: [[1]], dropped: [['a', -1]] }])(
    'ignores what it cannot read: %j',
    (memory) => {
      const observer = createObserver()
      observer.restore(memory)
      observer.note(lookOf({ nodes: [nodeOf('shop', 'a')] }))
      expect(values(observer, 'node.dropped')).toEqual({ a: 0 })
    },
  )
})
