import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { firesOf } from '../../../src/alerts/preview/fires.js'
import type { AlertHistory, PastValue } from '../../../src/alerts/preview/history.js'
import { preview } from '../../../src/alerts/preview/preview.js'
import type { AlertRule } from '../../../src/api/alerts.js'
import { conditionOf, MINUTE, scopeOf } from '../observe/looks.js'

const minutes = (...values: (number | null)[]): PastValue[] =>
  values.map((value, index) => ({ at: (index + 1) * MINUTE, value, count: null }))
const rule: AlertRule = {
  ...{ id: 'cpu', name: 'CPU', enabled: true, severity: 'warning', scope: scopeOf(), receivers: [] },
  conditions: [conditionOf('node.cpu', { threshold: 90, clear: 80 })],
  ...{ forMs: 2 * MINUTE, clearForMs: MINUTE, cooldownMs: 0, remindMs: null, note: '' },
}
const fires = (...values: (number | null)[]) => firesOf(rule, [minutes(...values)])

describe('the times in which a rule would have fired', () => {
  it('begin after it was met for long enough, and end after it was clear for long enough', () => {
    expect(fires(50, 95, 96, 97, 85, 70, 70, 95)).toEqual([{ from: 4 * MINUTE, to: 7 * MINUTE, value: 97 }])
    expect(fires(95, 95, 50, 95, 95)).toEqual([])
    expect(fires(95, 95, 95, 79, 85, 79, 85)).toEqual([{ from: 3 * MINUTE, to: null, value: 95 }])
  })

  it('neither begin nor end for what is unknown', () => {
    expect(fires(95, 95, null, null, null)).toEqual([])
    expect(fires(95, null, 95, null, 95)).toEqual([{ from: 5 * MINUTE, to: null, value: 95 }])
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

describe('a preview', () => {
  const subjectOf = (name: string) => ({
    ...({ kind: 'node', key: name, name } as const),
    ...{ service: 'shop', services: ['shop'], host: null, environment: null },
  })
  const history: AlertHistory = {
    ...{ from: 0, to: 60 * MINUTE, why: null, missing: () => null },
    subjects: () => [subjectOf('a'), subjectOf('b')],
    series: async (_condition, { name }) => minutes(...(name === 'a' ? [95, 95, 95] : [1, 2, 3])),
  }

  it('tells how often, and for what', async () => {
    const spans = [{ subject: 'a', from: 3 * MINUTE, to: null, value: 95 }]
    expect(await preview(rule, history)).toEqual({ from: 0, to: 60 * MINUTE, times: 1, spans, subjects: 2, why: null })
  })

  it('says why there is no answer', async () => {
    const without = { ...history, missing: () => 'There is no history of it.' }
    expect(await preview(rule, without)).toMatchObject({ times: null, subjects: 2, why: 'There is no history of it.' })
  })

  it('says so when there are too many subjects', async () => {
    const many = { ...history, subjects: () => Array.from({ length: 300 }, (_, index) => subjectOf(`${index}`)) }
    expect(await preview(rule, many)).toMatchObject({ subjects: 300, why: expect.stringContaining('first 200 of 300') })
  })
})
