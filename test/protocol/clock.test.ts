import { expect, test } from 'vitest'
import { clockInWords } from '../../src/protocol/clock.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

test.each([
  [61_000, '61 s ahead'],
  [-10 * MINUTE, '10 min behind'],
  [HOUR - 900, '1 h ahead'],
  [HOUR + 900, '1 h ahead'],
  [-(2 * HOUR - 900), '2 h behind'],
  [-(2 * HOUR + 900), '2 h behind'],
  [90 * MINUTE, '90 min ahead'],
  [5.5 * HOUR, '5.5 h ahead'],
  [26 * HOUR, '26 h ahead'],
  [-72 * HOUR, '3 days behind'],
])('a clock that is %s ms off is %s', (ahead, words) => {
  expect(clockInWords(ahead)).toBe(words)
})
