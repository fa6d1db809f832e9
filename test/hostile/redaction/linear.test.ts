import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeError } from '../../../src/core/errors/describe-error.js'
import { redactUrl } from '../../../src/core/report/redaction.js'
import { FOREIGN_LETTERS } from '../../../src/redaction/foreign-names.js'
import { maskPayload } from '../../../src/redaction/json.js'
import { maskMessage } from '../../../src/redaction/secrets.js'
import { work } from '../../../src/redaction/source.js'
import { maskStack } from '../../../src/redaction/stack.js'
import { logView } from '../../../src/zenith/queues/jobs/job-view.js'
import { runs } from '../support/fuzz.js'
import { HOSTILE_UNITS, hostileText, hostileUnit } from '../support/hostile-text.js'

/** How often a character may be looked at, whatever the text is. */
const MOST_STEPS = 20

const LIMITS = { message: 5_000, stack: 20_000 }
const BENIGN = 'order 123 of user 42 was not found in the shop, so it was tried again: {"id":7} at 10:00:03Z. '

/** How many characters the scan of a text looks at. */
function stepsOf(text: string, mask: (text: string) => unknown = maskMessage): number {
  const before = work.steps
  mask(text)
  return work.steps - before
}

function repeated(unit: string, length: number): string {
  return unit.repeat(Math.ceil(length / unit.length)).slice(0, length)
}

/** The time of the processor, the median of several. */
function costOf(run: () => unknown): number {
  const costs = Array.from({ length: 3 }, () => {
    const before = process.cpuUsage()
    run()
    const { user, system } = process.cpuUsage(before)
    return user + system
  })
  return costs.sort((a, b) => a - b)[1] as number
}

describe('the work of a scan', () => {
  it.each(HOSTILE_UNITS)('grows as the text does: %j over and over', (unit) => {
    for (const length of [5_000, 20_000, 80_000]) {
      expect(stepsOf(repeated(unit, length)) / length).toBeLessThan(MOST_STEPS)
    }
  })

  it('grows as the text does, whatever pieces it is made of', () => {
    fc.assert(
      fc.property(hostileText(8_000), (text) => {
        expect(stepsOf(text) / text.length).toBeLessThan(MOST_STEPS)
      }),
      runs(400),
    )
  })

  it('grows as the text does, whatever a few names and signs say over and over', () => {
    fc.assert(
      fc.property(hostileUnit, (unit) => {
        expect(stepsOf(repeated(unit, 16_000)) / 16_000).toBeLessThan(MOST_STEPS)
      }),
      runs(4_000),
    )
  })

  it.each([...FOREIGN_LETTERS])('is little where a name in another alphabet only begins: %s', (letter) => {
    const prose = repeated('系统没有找到订单。Заказ не найден, поэтому мы попробовали ещё раз. ', 5_000)
    expect(stepsOf(repeated(letter, 5_000))).toBeLessThanOrEqual(3 * stepsOf(prose))
  })

  it('grows as a payload does', () => {
    fc.assert(
      fc.property(hostileText(4_000), (text) => {
        for (const payload of [text, JSON.stringify({ a: text }), JSON.stringify({ a: JSON.stringify([text]) })]) {
          expect(stepsOf(payload, maskPayload) / payload.length).toBeLessThan(MOST_STEPS)
        }
      }),
      runs(100),
    )
  })
})

/** Patterns that are no part of the scan have no counter: the processor's time tells, as a ratio with room to spare. */
describe('hostile text costs about as much as any other', () => {
  const PLACES: Readonly<Record<string, (text: string) => unknown>> = {
    'a message': maskMessage,
    'a payload': (text) => maskPayload(text),
    'a stack': (text) => maskStack(text, '', LIMITS),
    'a line of a log': logView,
    'an error': (text) =>
      describeError(Object.assign(new Error(text), { stack: `Error: ${text}\n    at f (a.js:1:1)` })),
    'a URL': (text) => redactUrl(`/${text}`),
  }
  it.each(Object.entries(PLACES))('in %s', (_, mask) => {
    const benign = repeated(BENIGN, 30_000)
    const texts = HOSTILE_UNITS.map((unit) => repeated(unit, 30_000))
    for (const text of [benign, ...texts]) mask(text.slice(0, 10_000))
    const cost = Math.max(
      1_000,
      costOf(() => mask(benign)),
    )
    const slow = texts.filter((text) => costOf(() => mask(text)) > 8 * cost).map((text) => text.slice(0, 20))
    // What other processes took from the cache is not seen twice.
    expect(slow.filter((start) => costOf(() => mask(repeated(start, 30_000))) > 8 * cost)).toEqual([])
  })
})
