import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { firesOf } from '../../../src/alerts/preview/fires.js'
import type { AlertHistory, PastValue } from '../../../src/alerts/preview/history.js'
import { preview } from '../../../src/alerts/preview/preview.js'
import type { AlertRule } from '../../../src/api/alerts.js'
import { conditionOf, MINUTE, scopeOf } from '../observe/looks.js'

const minutes = (...values: (number | null)[]): PastValue[] =>
  values.map((value, index) => ({ from: index * MINUTE, at: (index + 1) * MINUTE, value, count: null, lasts: false }))
const rule: AlertRule = {
  ...{ id: 'cpu', name: 'CPU', enabled: true, severity: 'warning', scope: scopeOf(), receivers: [] },
  conditions: [conditionOf('node.cpu', { threshold: 90, clear: 80 })],
  ...{ forMs: 2 * MINUTE, clearForMs: MINUTE, cooldownMs: 0, remindMs: null, note: '' },
}
const fires = (...values: (number | null)[]) => firesOf(rule, [minutes(...values)])

describe('the times in which a rule would have fired', () => {
  it('begin after it was met for long enough, and end after it was clear for long enough', () => {
    expect(fires(50, 95, 96, 97, 85, 70, 70, 95)).toMatchObject([{ from: 4 * MINUTE, to: 7 * MINUTE, value: 97 }])
    expect(fires(95, 95, 50, 95, 95)).toEqual([])
    expect(fires(95, 95, 95, 79, 85, 79, 85)).toMatchObject([{ from: 3 * MINUTE, to: null, value: 95 }])
  })

  it('neither begin nor end for what is unknown', () => {
    expect(fires(95, 95, null, null, null)).toEqual([])
    expect(fires(95, null, 95, null, 95)).toMatchObject([{ from: 5 * MINUTE, to: null, value: 95 }])
    expect(fires(95, 95, 95, null, null, null)).toMatchObject([{ to: null }])
    expect(fires(null, null)).toEqual([])
  })

  it('are in order, and do not overlap', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer({ min: 70, max: 100 }))), (values) => {
        const ends = fires(...values).flatMap(({ from, to }) => [from, to ?? Number.POSITIVE_INFINITY])
        expect(ends).toEqual(ends.toSorted((a, b) => a - b))
      }),
    )
  })
})

describe('several conditions', () => {
  const both: AlertRule = {
    ...rule,
    conditions: [conditionOf('queue.oldestMs', { threshold: 90 }), conditionOf('queue.growingMs', { threshold: 5 })],
    ...{ forMs: 0, clearForMs: MINUTE },
  }
  const metric = ({ condition }: { condition: { metric: string } }) => condition.metric

  it('fire for any of them, and end when the one that was met is clear', () => {
    const fires = firesOf(both, [minutes(1, 1, 1, 1, 1), minutes(0, 9, 8, 0, 0)])
    expect(fires).toMatchObject([{ from: 2 * MINUTE, to: 5 * MINUTE, value: 9 }])
    expect(fires.map(metric)).toEqual(['queue.growingMs'])
  })

  it('go on while the one that was met is unknown, whatever the other says, and begin no recovery anew', () => {
    expect(firesOf(both, [minutes(1, 1, 1, 1), minutes(9, null, null, null)])).toMatchObject([{ to: null }])
    expect(firesOf(both, [minutes(1, 1, 1, 1), minutes(9, 0, null, 0)])).toMatchObject([{ to: 4 * MINUTE }])
    expect(firesOf(both, [minutes(99, 1, 1, 1), minutes(null, null, null, null)])).toMatchObject([{ to: 3 * MINUTE }])
  })

  it('are judged together, whatever steps they were read in', () => {
    const coarse: PastValue[] = [
      { from: 0, at: 3 * MINUTE, value: 99, count: null, lasts: true },
      { from: 3 * MINUTE, at: 6 * MINUTE, value: 1, count: null, lasts: true },
    ]
    const fires = firesOf({ ...both, forMs: 2 * MINUTE }, [coarse, minutes(0, 0, 0, 0, 0, 9)])
    expect(fires).toMatchObject([{ from: 2 * MINUTE, to: 5 * MINUTE }])
    expect(firesOf({ ...both, forMs: 0 }, [coarse, minutes(0, 0, 0, 9, 9, 0)])).toMatchObject([{ to: null }])
  })

  it('pass no time where nothing was read', () => {
    const apart = minutes(95, 95, 95).map((value, index) => ({
      ...value,
      ...{ from: value.from + index * 60 * MINUTE, at: value.at + index * 60 * MINUTE },
    }))
    expect(firesOf({ ...rule, forMs: 3 * MINUTE }, [apart])).toEqual([])
    expect(firesOf(rule, [apart])).toMatchObject([{ from: 123 * MINUTE }])
  })

  it('have lasted for the whole step of a mean', () => {
    const step = { from: 0, at: 10 * MINUTE, value: 95, count: null }
    expect(firesOf(rule, [[{ ...step, lasts: true }]])).toMatchObject([{ from: 10 * MINUTE }])
    expect(firesOf(rule, [[{ ...step, lasts: false }]])).toEqual([])
  })
})

describe('a preview', () => {
  const subjectOf = (name: string) => ({
    ...({ kind: 'node', key: name, name } as const),
    ...{ service: 'shop', services: ['shop'], host: null, environment: null },
  })
  const HOUR = Array.from({ length: 57 }, () => 1)
  const pastOf = (values: Readonly<Record<string, readonly PastValue[]>>): AlertHistory['past'] => {
    const all = new Map(Object.entries(values).map(([name, past]) => [`node:${name}`, past]))
    return async () => ({ values: all, step: MINUTE, notes: [] })
  }
  const history: AlertHistory = {
    ...{ from: 0, to: 60 * MINUTE, why: null, missing: () => null },
    subjects: () => [subjectOf('a'), subjectOf('b')],
    past: pastOf({ a: minutes(95, 95, 95, ...HOUR), b: minutes(1, 2, 3, ...HOUR) }),
  }

  it('tells how often, for what, and how it was read', async () => {
    const spans = [{ subject: 'a', from: 3 * MINUTE, to: 5 * MINUTE, metric: 'node.cpu', value: 95 }]
    expect(await preview(rule, history)).toEqual({
      ...{ from: 0, to: 60 * MINUTE, times: 1, spans, subjects: 2, step: MINUTE, why: null },
      notes: [expect.stringContaining('in steps of 60 s')],
    })
  })

  it('says why there is no answer', async () => {
    const without = { ...history, missing: () => 'There is no history of it.' }
    expect(await preview(rule, without)).toMatchObject({ times: null, subjects: 2, why: 'There is no history of it.' })
  })

  it('is none of a time of which nothing is recorded', async () => {
    const empty = { ...history, past: pastOf({ a: minutes(null, null) }) }
    const why = 'Nothing is recorded of node.cpu in this time.'
    expect(await preview(rule, empty)).toMatchObject({ times: null, why, notes: [] })
    expect(await preview(rule, { ...history, subjects: () => [] })).toMatchObject({ times: 0, subjects: 0 })
  })

  it('says how much of the time is known, and of which condition nothing is', async () => {
    const two = { ...rule, conditions: [...rule.conditions, conditionOf('node.heap', { threshold: 90 })] }
    const past: AlertHistory['past'] = (condition, subjects) =>
      pastOf(condition.metric === 'node.cpu' ? { a: minutes(95, 95, 95) } : {})(condition, subjects)
    const { times, notes } = await preview(two, { ...history, past })
    expect(times).toBe(1)
    expect(notes.slice(1)).toEqual([
      'Nothing is recorded of node.heap (heap): that condition was not tried.',
      'Values are known of 3 min of this time.',
      'Nothing is recorded of 1 of 2 subjects.',
    ])
  })

  it('says so when there are too many subjects', async () => {
    const many = Array.from({ length: 300 }, (_, index) => subjectOf(`${index}`))
    const values = Object.fromEntries(many.map(({ name }) => [name, minutes(1, ...HOUR, 1, 1)]))
    const { notes, subjects } = await preview(rule, { ...history, subjects: () => many, past: pastOf(values) })
    expect(subjects).toBe(300)
    expect(notes).toContain('Only the first 200 of 300 subjects were tried.')
  })
})
