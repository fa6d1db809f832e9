import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isClear, isMet } from '../../src/alerts/judge.js'
import { COMPARISONS } from '../../src/api/alerts.js'

const above = { is: 'above', threshold: 90, clear: 80, minCount: null } as const

describe('the judgement of a value', () => {
  it.each([
    ['above', [false, false, true]],
    ['atLeast', [false, true, true]],
    ['below', [true, false, false]],
    ['atMost', [true, true, false]],
  ] as const)('compares: %s', (is, met) => {
    const condition = { is, threshold: 90, clear: null, minCount: null }
    expect([89, 90, 91].map((value) => isMet(condition, value, null))).toEqual(met)
    expect([89, 90, 91].map((value) => isClear(condition, value, null))).toEqual(met.map((is) => !is))
  })

  it('is neither met nor clear between the thresholds', () => {
    expect([isMet(above, 85, null), isClear(above, 85, null)]).toEqual([false, false])
    expect(isClear(above, 80, null)).toBe(true)
    const disk = { is: 'below', threshold: 10, clear: 12, minCount: null } as const
    expect([9, 11, 12].map((value) => isClear(disk, value, null))).toEqual([false, false, true])
  })

  it('does not know what is unknown', () => {
    for (const value of [null, Number.NaN])
      expect([isMet(above, value, 5), isClear(above, value, 5)]).toEqual([null, null])
  })

  it('takes a share of too few failures for good', () => {
    const share = { ...above, minCount: 10 }
    expect([isMet(share, 100, 9), isClear(share, 100, 9)]).toEqual([false, true])
    expect([isMet(share, 100, 10), isClear(share, 100, 10)]).toEqual([true, false])
    expect(isMet({ ...share, minCount: null }, 100, 0)).toBe(false)
  })

  it('is never met and clear at once, whatever the clear threshold is', () => {
    const condition = fc.record({
      is: fc.constantFrom(...COMPARISONS),
      threshold: fc.integer({ min: -5, max: 5 }),
      clear: fc.option(fc.integer({ min: -5, max: 5 })),
      minCount: fc.option(fc.nat(5)),
    })
    fc.assert(
      fc.property(condition, fc.integer({ min: -6, max: 6 }), fc.option(fc.nat(6)), (it, value, count) => {
        expect(isMet(it, value, count) && isClear(it, value, count)).toBe(false)
      }),
    )
  })
})
