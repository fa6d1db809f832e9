import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeError } from '../../../src/core/errors/describe-error.js'
import { redactId, redactUrl } from '../../../src/core/report/redaction.js'
import { maskPayload } from '../../../src/redaction/json.js'
import { maskMessage, maskSecrets } from '../../../src/redaction/secrets.js'
import { runs } from '../support/fuzz.js'
import { KIND_NAMES, leaksOf, planted } from '../support/secrets.js'

/** What stands around a secret in a message: words, and no signs that would make another text of it. */
const around = fc.stringMatching(/^[a-z .()\n-]{0,40}$/)

describe.each(KIND_NAMES)('%s', (kind) => {
  it('does not come out of a message, a stack, an id or a URL', () => {
    fc.assert(
      fc.property(planted(kind), around, around, ({ secret, text }, before, after) => {
        const whole = `${before} ${text} ${after}`
        for (const shown of [maskSecrets(whole), maskMessage(whole), redactId(whole) ?? '', redactUrl(`/a/${text}`)]) {
          expect(leaksOf(secret, shown)).toEqual([])
        }
      }),
      runs(100),
    )
  })

  it('does not come out of an error, wherever in it it is', () => {
    fc.assert(
      fc.property(planted(kind), fc.nat({ max: 6 }), ({ secret, text }, place) => {
        const described = JSON.stringify(describeError(errorsWith(text)[place]))
        expect(leaksOf(secret, described)).toEqual([])
      }),
      runs(100),
    )
  })

  it('does not come out at the place where a text is cut', () => {
    fc.assert(
      fc.property(planted(kind), fc.nat({ max: 60 }), fc.constantFrom(1_024, 4_096, 8_192), (one, back, at) => {
        const { secret, text } = one
        const filler = 'so it was '.repeat(2_000).slice(0, Math.max(0, at - text.length + back))
        const error = new Error(`${filler} ${text} and more`)
        error.stack = `Error: x\n${filler} ${text} and more`
        const described = JSON.stringify(describeError(error))
        expect(leaksOf(secret, described)).toEqual([])
      }),
      runs(100),
    )
  })

  it("does not come out of a job's payload", () => {
    fc.assert(
      fc.property(planted(kind), ({ secret, text }) => {
        for (const payload of [text, JSON.stringify({ note: text }), JSON.stringify([{ list: [text] }])]) {
          expect(leaksOf(secret, maskPayload(payload).text)).toEqual([])
        }
      }),
      runs(100),
    )
  })
})

function errorsWith(text: string): unknown[] {
  const named = new Error('x')
  named.name = text
  const bare = new Error('x')
  bare.stack = `Error: x\n    at ${text} (app.js:1:1)`
  return [
    new Error(text),
    named,
    bare,
    new Error('x', { cause: new Error('y', { cause: new Error(text) }) }),
    text,
    Buffer.from(text),
    { message: text, name: text, stack: text },
  ]
}
