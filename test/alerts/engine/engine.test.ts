import { describe, expect, test } from 'vitest'
import type { Look } from '../../../src/alerts/look.js'
import { rule, Scripted, subject } from './scripted.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const cpu = (value: number | null) => ({ 'host.cpu': { web: value } })

describe('one subject', () => {
  test('fires after its time, and not before', () => {
    const scripted = new Scripted([rule()])
    expect(scripted.during(2 * MINUTE, () => cpu(95))).toEqual([])
    expect(scripted.engine.tracks).toMatchObject([{ state: 'pending' }])
    // It fires in the next look, and one look later it is clear that no others fire with it.
    expect(scripted.during(20_000, () => cpu(95))).toEqual(['firing: host web: CPU of the host 95 % (above 90 %)'])
    expect(scripted.engine.tracks).toMatchObject([{ state: 'firing', told: ['ops'], isOwed: false }])
  })

  test('is resolved once it was clear for its time, at once', () => {
    const scripted = new Scripted([rule()])
    scripted.during(3 * MINUTE, () => cpu(95))
    expect(scripted.during(MINUTE, () => cpu(70))).toEqual([])
    expect(scripted.engine.tracks).toMatchObject([{ state: 'recovering' }])
    expect(scripted.during(10_000, () => cpu(70))).toEqual(['resolved: host web: CPU of the host 95 % (above 90 %)'])
    expect(scripted.engine.tracks).toEqual([])
  })

  test('an hour around the threshold is one message, and one when it is over', () => {
    const scripted = new Scripted([rule()])
    const swing = scripted.during(HOUR, (since) => cpu(since % 30_000 === 0 ? 87 : 93))
    expect(swing).toEqual(['firing: host web: CPU of the host 93 % (above 90 %)'])
    expect(scripted.during(2 * MINUTE, () => cpu(20))).toHaveLength(1)
  })

  test('a short rise is no message', () => {
    const scripted = new Scripted([rule()])
    const lines = scripted.during(HOUR, (since) => cpu(since % (5 * MINUTE) < MINUTE ? 99 : 30))
    expect(lines).toEqual([])
  })

  test('what swings wide is counted, and told after the cooldown', () => {
    const scripted = new Scripted([rule({ forMs: 0, clearForMs: 0 })])
    // Two minutes up, two minutes down.
    const lines = scripted.during(14 * MINUTE, (since) => cpu(since % (4 * MINUTE) < 2 * MINUTE ? 99 : 30))
    expect(lines.map((line) => line.split(':')[0])).toEqual(['firing', 'resolved'])
    let last: { times: number } | undefined
    for (let since = 0; since < 4 * MINUTE && !last; since += 10_000)
      last = scripted.look(cpu(99)).messages[0]?.notification.alerts[0]
    expect(last?.times).toBe(3)
  })

  test('a cooldown that is over while it fires is told then', () => {
    const scripted = new Scripted([rule({ forMs: 0, clearForMs: 0 })])
    scripted.during(MINUTE, () => cpu(99))
    scripted.during(MINUTE, () => cpu(30))
    const lines = scripted.during(20 * MINUTE, () => cpu(99))
    expect(lines).toEqual(['firing: host web: CPU of the host 99 % (above 90 %)'])
  })

  test.each([
    ['pending', MINUTE],
    ['firing', 3 * MINUTE],
  ])('without a value it stands still: %s', (state, before) => {
    const scripted = new Scripted([rule()])
    scripted.during(before, () => cpu(95))
    const [known] = scripted.engine.tracks
    expect(scripted.during(HOUR, () => cpu(null))).toEqual([])
    expect(scripted.engine.tracks).toMatchObject([{ state, isUnknown: true, heldMs: known?.heldMs }])
  })

  test('without its subject it ends, and those who were told are told', () => {
    const scripted = new Scripted([rule()])
    scripted.during(3 * MINUTE, () => cpu(95))
    expect(scripted.during(20_000, () => ({}))).toEqual([])
    const { messages, events } = scripted.look({})
    expect(messages.map(({ notification }) => notification.event)).toEqual(['resolved'])
    expect(messages[0]?.notification.alerts[0]?.details).toEqual([
      'It no longer reports, or the rule no longer applies to it.',
    ])
    expect(events).toMatchObject([{ change: 'ended' }])
  })

  test('reminds until it is acknowledged', () => {
    const scripted = new Scripted([rule({ remindMs: HOUR })])
    const lines = scripted.during(150 * MINUTE, () => cpu(95))
    expect(lines.map((line) => line.split(':')[0])).toEqual(['firing', 'reminder', 'reminder'])
    scripted.engine.acknowledge(scripted.engine.tracks[0]?.id ?? '', 'ada', scripted.now)
    expect(scripted.during(5 * HOUR, () => cpu(95))).toEqual([])
    expect(scripted.during(2 * MINUTE, () => cpu(10))).toHaveLength(1)
  })

  test('a silence mutes it, and its end tells of what still fires', () => {
    const scripted = new Scripted([rule()])
    scripted.silenceOf = () => 'deploy'
    expect(scripted.during(HOUR, () => cpu(95))).toEqual([])
    scripted.silenceOf = () => null
    expect(scripted.during(10_000, () => cpu(95))).toHaveLength(1)
  })

  test('what fired and ended in a silence is never told', () => {
    const scripted = new Scripted([rule()])
    scripted.silenceOf = () => 'deploy'
    scripted.during(10 * MINUTE, () => cpu(95))
    expect(scripted.during(10 * MINUTE, () => cpu(10))).toEqual([])
    scripted.silenceOf = () => null
    expect(scripted.during(HOUR, () => cpu(10))).toEqual([])
  })

  test('without a receiver it is shown; a receiver that comes is told', () => {
    const scripted = new Scripted([rule()])
    const { receivers } = scripted
    scripted.receivers = []
    expect(scripted.during(10 * MINUTE, () => cpu(95))).toEqual([])
    scripted.receivers = receivers
    expect(scripted.during(10_000, () => cpu(95))).toHaveLength(1)
  })

  test('nothing is judged while it is frozen, neither begun nor ended', () => {
    const scripted = new Scripted([rule()])
    scripted.during(3 * MINUTE, () => cpu(95))
    expect(scripted.during(10 * MINUTE, () => ({}), true)).toEqual([])
    expect(scripted.during(10 * MINUTE, () => cpu(10), true)).toEqual([])
    expect(scripted.engine.tracks).toMatchObject([{ state: 'firing' }])
  })
})

describe('several subjects', () => {
  const hosts = (count: number, value: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`web-${index}`, value]))

  test('that fire together are one message, that end together, too', () => {
    const scripted = new Scripted([rule()])
    const lines = scripted.during(3 * MINUTE, () => ({ 'host.cpu': hosts(30, 99) }))
    expect(lines).toEqual(['firing: CPU high: 30 hosts (web-0, web-1, web-2 and 27 more)'])
    expect(scripted.during(2 * MINUTE, () => ({ 'host.cpu': hosts(30, 5) }))).toHaveLength(1)
  })

  test('that follow in the next look join', () => {
    const scripted = new Scripted([rule({ forMs: 0 })])
    const first = scripted.during(10_000, () => ({ 'host.cpu': hosts(2, 99) }))
    expect(first).toEqual([])
    const next = scripted.during(30_000, () => ({ 'host.cpu': hosts(5, 99) }))
    expect(next).toEqual(['firing: CPU high: 5 hosts (web-0, web-1, web-2 and 2 more)'])
  })

  test('that come one by one without end do not hold the message up for long', () => {
    const scripted = new Scripted([rule({ forMs: 0 })])
    const lines = scripted.during(50_000, (since) => ({ 'host.cpu': hosts(1 + since / 10_000, 99) }))
    expect(lines).toHaveLength(1)
  })

  test('beyond the limit are counted', () => {
    const scripted = new Scripted([rule({ forMs: 0 })])
    scripted.during(20_000, () => ({ 'host.cpu': hosts(700, 99) }))
    expect(scripted.engine.tracks).toHaveLength(500)
    expect(scripted.engine.figuresOf('cpu')).toMatchObject({ subjects: 700, left: 200 })
  })
})

describe('causes', () => {
  const vanished = rule({
    id: 'vanished',
    name: 'Nodes vanished',
    severity: 'critical',
    conditions: [{ metric: 'service.vanished', is: 'atLeast', threshold: 1 }],
    ...{ forMs: 0, clearForMs: 0 },
  })
  const unworked = rule({
    id: 'unworked',
    name: 'Backlog without a worker',
    conditions: [{ metric: 'queue.unworked', is: 'atLeast', threshold: 1 }],
    ...{ forMs: MINUTE, clearForMs: 0 },
  })
  const about = {
    shop: subject('shop', { kind: 'service', service: 'shop', host: null }),
    mail: subject('mail', { kind: 'queue', services: ['shop'], host: null }),
  }
  const values = (nodes: number, jobs: number) => ({
    'service.vanished': { shop: { value: nodes, subject: about.shop } },
    'queue.unworked': { mail: { value: jobs, subject: about.mail } },
  })

  test('one message for a service that vanished and its queue', () => {
    const scripted = new Scripted([vanished, unworked])
    const lines = scripted.during(10 * MINUTE, () => values(1, 1_200))
    expect(lines).toEqual(['firing: shop: Vanished nodes 1 (at least 1)'])
    expect(scripted.engine.tracks.find(({ rule: id }) => id === 'unworked')).toMatchObject({
      state: 'firing',
      cause: 'vanished/service:shop',
    })
  })

  test('what outlives its cause is told', () => {
    const scripted = new Scripted([vanished, unworked])
    scripted.during(10 * MINUTE, () => values(1, 1_200))
    const lines = scripted.during(MINUTE, () => values(0, 1_200))
    expect(lines).toEqual([
      'resolved: shop: Vanished nodes 1 (at least 1)',
      'firing: queue mail: Backlog without a worker 1,200 (at least 1)',
    ])
  })
})

describe('rules', () => {
  test('any of several conditions is enough, and all have to be clear', () => {
    const failing = rule({
      id: 'failures',
      conditions: [
        { metric: 'service.jobFailures', is: 'atLeast', threshold: 20, clear: 10, minCount: 10 },
        { metric: 'service.jobFailuresTimes', is: 'atLeast', threshold: 5, clear: 2, minCount: 10 },
      ],
      ...{ forMs: 0, clearForMs: 0 },
    })
    const shop = subject('shop', { kind: 'service', service: 'shop' })
    const values = (share: number, times: number | null, count: number) => ({
      'service.jobFailures': { shop: { value: share, subject: shop, count } },
      'service.jobFailuresTimes': { shop: { value: times, subject: shop, count } },
    })
    const scripted = new Scripted([failing])
    expect(scripted.during(MINUTE, () => values(50, null, 9))).toEqual([])
    expect(scripted.during(MINUTE, () => values(8, 6, 12))).toHaveLength(1)
    // The condition that was met is unknown now: the other one alone does not end it.
    expect(scripted.during(MINUTE, () => values(8, null, 12))).toEqual([])
    expect(scripted.during(MINUTE, () => values(8, 1, 12))).toHaveLength(1)
  })

  test('a rule that is switched off ends what it fired', () => {
    const scripted = new Scripted([rule()])
    scripted.during(3 * MINUTE, () => cpu(95))
    scripted.rules[0] = rule({ enabled: false })
    expect(scripted.during(10_000, () => cpu(95))).toHaveLength(1)
    expect(scripted.engine.tracks).toEqual([])
  })

  test('named receivers are told, others are not; without names those that take the severity', () => {
    const receivers = ['info', 'warning', 'critical'] as const
    const scripted = new Scripted([rule({ severity: 'warning' })])
    scripted.receivers = receivers.map((severity) => ({ id: severity, severity, enabled: true, takesMessages: true }))
    scripted.during(2 * MINUTE, () => cpu(95))
    scripted.look(cpu(95))
    expect(scripted.look(cpu(95)).messages[0]?.receivers).toEqual(['info', 'warning'])
    const named = new Scripted([rule({ receivers: ['critical'] })])
    named.receivers = scripted.receivers
    named.during(2 * MINUTE, () => cpu(95))
    named.look(cpu(95))
    expect(named.look(cpu(95)).messages[0]?.receivers).toEqual(['critical'])
  })
})

describe('another evaluator takes over', () => {
  test.each([
    ['pending', MINUTE],
    ['firing', 3 * MINUTE],
    ['in its cooldown', 6 * MINUTE],
  ])('while it is %s: nothing is told twice, and nothing is lost', (_, after) => {
    const valuesAt = (since: number) => cpu(since < 4 * MINUTE || since > 8 * MINUTE ? 95 : 20)
    const alone = new Scripted([rule()])
    const expected = alone.during(40 * MINUTE, valuesAt)
    const first = new Scripted([rule()])
    const before = first.during(after, valuesAt)
    const second = new Scripted([rule()])
    second.now = first.now
    second.engine.restore(JSON.parse(JSON.stringify(first.engine.state())))
    const later = second.during(40 * MINUTE - after, (since) => valuesAt(since + after))
    expect([...before, ...later]).toEqual(expected)
  })
})

describe('a rule that is edited while it fires', () => {
  test('to another metric is resolved by that one: the value of the old one never comes again', () => {
    const scripted = new Scripted([rule()])
    const both = (cpuNow: number, memory: number) => ({ 'host.cpu': { web: cpuNow }, 'host.memory': { web: memory } })
    scripted.during(3 * MINUTE, () => both(95, 10))
    scripted.rules[0] = rule({ conditions: [{ metric: 'host.memory', is: 'above', threshold: 90, clear: 80 }] })
    expect(scripted.during(2 * MINUTE, () => both(95, 10))).toHaveLength(1)
    expect(scripted.engine.tracks).toEqual([])
  })
})

describe('a clock that is set back by an hour', () => {
  test('holds no message up that is due', () => {
    const scripted = new Scripted([rule()])
    scripted.during(2 * MINUTE, () => cpu(95))
    scripted.look(cpu(95))
    scripted.now -= HOUR
    expect(scripted.during(MINUTE, () => cpu(95))).toHaveLength(1)
  })

  test('makes no cooldown longer than it is', () => {
    const scripted = new Scripted([rule()])
    scripted.during(3 * MINUTE, () => cpu(95))
    scripted.during(2 * MINUTE, () => cpu(10))
    scripted.now -= HOUR
    expect(scripted.during(20 * MINUTE, () => cpu(95))).toHaveLength(1)
  })

  test('is not in the future of what a message tells', () => {
    const scripted = new Scripted([rule()])
    scripted.during(3 * MINUTE, () => cpu(95))
    scripted.now -= HOUR
    const looks = Array.from({ length: 12 }, () => scripted.look(cpu(10)))
    const told = looks.flatMap(({ messages }) => messages.flatMap(({ notification }) => notification.alerts))
    expect(told).toHaveLength(1)
    expect(told[0]?.since).toBeLessThanOrEqual(told[0]?.endedAt ?? 0)
  })
})

describe('many rules and subjects', () => {
  test('are judged in steps, with the same outcome as at once', () => {
    const many = Array.from({ length: 20 }, (_, index) => rule({ id: `cpu-${index}`, forMs: 0 }))
    const scripted = new Scripted(many)
    scripted.look({ 'host.cpu': Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`web-${index}`, 95])) })
    const { rules, receivers, silenceOf } = scripted
    const look = { at: scripted.now + 10_000 } as Look
    const steps = scripted.engine.steps({
      look,
      rules,
      receivers,
      silenceOf,
      url: null,
      isFrozen: false,
      isAlone: false,
    })
    let count = 0
    let step = steps.next()
    for (; !step.done; step = steps.next()) count += 1
    expect(count).toBeGreaterThan(20)
    expect(step.value.messages).toHaveLength(20)
  })

  test('a rule tells of how many there are, and of the worst, whether it is met or not', () => {
    const scripted = new Scripted([rule()])
    scripted.look({ 'host.cpu': { a: 10, b: null, c: 70, d: 30 } })
    expect(scripted.engine.figuresOf('cpu')).toMatchObject({
      subjects: 4,
      left: 0,
      worst: { value: 70, subject: { key: 'c' }, condition: 0 },
    })
  })

  test('the worst of several conditions is of one of them: the first that is met, else the first that is known', () => {
    const above = (metric: string, threshold: number) => ({ metric, is: 'above', threshold })
    const conditions = [above('host.cpu', 90), above('host.load', 5)]
    const scripted = new Scripted([rule({ conditions })])
    const worst = () => scripted.engine.figuresOf('cpu')?.worst
    scripted.look({ 'host.cpu': { a: 10, b: 70 }, 'host.load': { a: 4, b: 1 } })
    expect(worst()).toMatchObject({ value: 70, subject: { key: 'b' }, condition: 0 })
    scripted.look({ 'host.cpu': { a: 10, b: 70 }, 'host.load': { a: 6, b: 7 } })
    expect(worst()).toMatchObject({ value: 7, subject: { key: 'b' }, condition: 1 })
    scripted.look({ 'host.cpu': { a: null, b: null }, 'host.load': { a: 4, b: 1 } })
    expect(worst()).toMatchObject({ value: 4, subject: { key: 'a' }, condition: 1 })
  })
})

describe('what is worth storing', () => {
  test('is what another one would go on with, not each new value', () => {
    const scripted = new Scripted([rule()])
    const changes = Array.from({ length: 60 }, (_, index) => scripted.look(cpu(95 + index / 100)).hasChanged)
    expect(changes[0]).toBe(true)
    expect(changes.slice(20)).not.toContain(true)
  })
})
