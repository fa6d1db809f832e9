import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ReplyFilter } from '../../src/redis/reply-filter.js'

const bulk = (text: string) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`
const TOO_LARGE = '-TOOLARGE the value is larger than Zenith loads\r\n'

/** What passes when an answer arrives in pieces that end at these places. */
function passed(filter: ReplyFilter, reply: string, places: readonly number[] = []): string {
  const bytes = Buffer.from(reply)
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
  let start = 0
  const kept = ends.flatMap((end) => {
    const chunk = bytes.subarray(start, end)
    start = end
    return filter.pass(chunk)
  })
  return Buffer.concat(kept).toString()
}

it('puts an error in the place of a value that is too large, wherever it stands', () => {
  const filter = new ReplyFilter(10, 1_000)
  const long = bulk('x'.repeat(11))
  expect(passed(filter, `+OK\r\n${long}:5\r\n`)).toBe(`+OK\r\n${TOO_LARGE}:5\r\n`)
  expect(passed(filter, `*3\r\n${bulk('a')}${long}*1\r\n${long}`)).toBe(
    `*3\r\n${bulk('a')}${TOO_LARGE}*1\r\n${TOO_LARGE}`,
  )
  expect(filter.dropped).toBe(3)
})

it('keeps what is at the bound, and what looks like a length within a value', () => {
  const filter = new ReplyFilter(10, 1_000)
  const reply = `*4\r\n${bulk('0123456789')}${bulk('$99\r\n')}$-1\r\n*0\r\n*-1\r\n${bulk('')}`
  expect(passed(filter, reply)).toBe(reply)
})

it('bounds the values of one answer together, and begins anew with the next', () => {
  const filter = new ReplyFilter(10, 15)
  const [eight, list] = [bulk('12345678'), (count: number) => `*${count}\r\n`]
  expect(passed(filter, `${list(2)}${eight}${eight}${list(1)}${eight}`)).toBe(
    `${list(2)}${eight}${TOO_LARGE}${list(1)}${eight}`,
  )
})

it('says the same however the answer is cut into pieces, and nothing is changed below the bounds', () => {
  const value: fc.Arbitrary<string> = fc.letrec<{ reply: string; list: string }>((tie) => ({
    reply: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom('+OK\r\n', ':-7\r\n', '-ERR no\r\n', '$-1\r\n', '*-1\r\n', '*0\r\n'),
      fc.string({ unit: 'binary', maxLength: 30 }).map(bulk),
      tie('list'),
    ),
    list: fc.array(tie('reply'), { maxLength: 4 }).map((all) => `*${all.length}\r\n${all.join('')}`),
  })).reply
  fc.assert(
    fc.property(fc.array(value, { maxLength: 5 }), fc.array(fc.nat(), { maxLength: 10 }), (replies, places) => {
      const reply = replies.join('')
      expect(passed(new ReplyFilter(1_000, 100_000), reply, places)).toBe(reply)
      expect(passed(new ReplyFilter(8, 20), reply, places)).toBe(passed(new ReplyFilter(8, 20), reply))
    }),
  )
})
