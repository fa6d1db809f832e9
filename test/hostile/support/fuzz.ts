import fc from 'fast-check'
import { isWhole } from '../../support/extent.js'

/**
 * How a property runs. In `npm test` always the same values are tried, so that what fails there is the change's own
 * fault; `npm run test:fuzz` tries many times as many, others each time, and says by which seed to see them again.
 *
 * @param numRuns in `npm run test:whole`; `npm test` tries a third of them
 */
export function runs(numRuns: number): { numRuns: number; seed: number } {
  const times = Number(process.env.QUASAR_FUZZ_TIMES ?? (isWhole ? 1 : 1 / 3))
  const seed = Number(process.env.QUASAR_FUZZ_SEED ?? 4_280)
  return { numRuns: Math.ceil(numRuns * times), seed }
}

/** Texts that mean something to somebody: to JavaScript, to JSON, to Redis, to a shell or a page. */
export const ODD_TEXTS = [
  '',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'NaN',
  'Infinity',
  '-0',
  '1e400',
  'null',
  'undefined',
  '\u0000',
  '\uD800',
  '\uFFFD',
  '\u202e\u2066',
  '💥',
  '../../etc/passwd',
  '%',
  '%2',
  '%00',
  '%E0%A4%A',
  '*',
  '?',
  ':',
  '<script>alert(1)</script>',
  "'; DROP TABLE x; --",
  '\r\nset-cookie: a=b',
  'x'.repeat(3_000),
] as const

export const oddText = fc.oneof(fc.constantFrom(...ODD_TEXTS), fc.string(), fc.string({ unit: 'binary' }))

export const oddNumber = fc.oneof(
  fc.constantFrom(0, -0, -1, 1e308, -1e308, 8.64e15, 8.65e15, 2 ** 53, 5e-324, 4_294_967_296),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
)

/** JSON of any kind, as text: also with fields that only JSON text can name, and with numbers that JavaScript can't hold. */
export const oddJson: fc.Arbitrary<string> = fc.oneof(
  fc.json(),
  oddText.map((text) => JSON.stringify(text)),
  oddNumber.map(String),
  fc.constantFrom(
    '1e400',
    '-1e400',
    '[]',
    '{}',
    '[null]',
    '{"__proto__":{"polluted":1}}',
    '{"constructor":{"prototype":{"polluted":1}}}',
    deepJson(100_000),
    deepArray(100_000),
  ),
)

/** Objects in each other so many levels deep. */
export function deepJson(levels: number): string {
  return `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`
}

export function deepArray(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels)
}

/** Whether what every object has is as it was. */
export function isPolluted(): boolean {
  const plain = {} as Record<string, unknown>
  return plain.polluted !== undefined || Object.keys(Object.prototype).length > 0
}
