import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fold } from '../../src/lib/fold.js'
import type { ArchivedJob } from '../../src/ports/archive.js'
import { maskPayload } from '../../src/redaction/json.js'
import { chipsOf, withoutChip } from '../../src/search/chips.js'
import { formatSearch } from '../../src/search/format.js'
import { parseSearch } from '../../src/search/language.js'
import { matches } from '../../src/search/matches.js'
import { termsOf } from '../../src/search/terms.js'
import { ALL_SHAPES, SECRET } from '../redaction/shapes.js'

const SEED = 20_261_130
const NOW = Date.parse('2026-11-30T12:00:00Z')
const JOB: ArchivedJob = {
  queue: 'ab12',
  queueName: 'mail',
  id: '7',
  name: 'SendMail',
  outcome: 'failed',
  attempt: 2,
  addedAt: null,
  startedAt: null,
  finishedAt: NOW,
  waitMs: null,
  runMs: 1_500,
  service: null,
  node: null,
  error: null,
  payload: null,
}

const searchOf = (text: string) => {
  const { search, problems } = parseSearch(text, NOW)
  if (!search) throw new Error(`${text}: ${problems.map(({ message }) => message).join('; ')}`)
  return search
}
const finds = (search: string, payload: string, job = JOB) =>
  matches(job, termsOf(payload), payload, searchOf(search).conditions)
const quoted = (text: string) => `"${text.replace(/[\\"]/g, '\\$&')}"`

describe('a search finds', () => {
  it.each<[search: string, leaf: string]>([
    ['istanbul', 'İSTANBUL'],
    ['İstanbul', 'istanbul'],
    ['dış', 'DIŞ'],
    ['STRASSE', 'Straße'],
    ['straße', 'STRAẞE'],
    ['42', '４２'],
    ['ａｄａ', 'Ada'],
    ['caf\u00e9', 'cafe\u0301'],
    ['cafe\u0301', 'CAF\u00c9'],
    ['ΟΔΟΣ', 'οδος'],
    ['οδοσ', 'ὁδος ΟΔΟΣ'],
    ['file', 'ﬁle'],
    ['soft', 'so\u00adft'],
    ['naïve', 'NAI\u0308VE'],
    ['привет', 'Привет, мир'],
    ['שלום', 'שלום עולם'],
    ['مرحبا', 'مرحبا بالعالم'],
    ['हिन्दी', 'हिन्दी भाषा'],
    ['京都', '東京都庁'],
    ['都', '京都'],
    ['庁', '東京都庁'],
    ['カタ', 'ｶﾀｶﾅ'],
    ['한국', '대한국민'],
    ['ภาษา', 'ฉันพูดภาษาไทย'],
    ['o’neil', "o'neil"],
    ["o'neil+x@ex.com", "O'Neil+X@EX.com"],
    ['ex.com', "o'neil+x@ex.com"],
    ['ord*', 'ord_123'],
    ['ord_*', 'ord_123'],
    ['user@*', 'user@example.com'],
    ['"123_4"', 'ord_123_4'],
    ['"two words"', 'These TWO\n words'],
    ['"App\\Mail"', 'new App\\Mail()'],
    ['"a/ü"', 'a/Ü'],
    ['"%"', '100 %'],
    ['"\\"x\\""', 'say "x"'],
    ['🎉', 'done 🎉🎉'],
    ['x'.repeat(100), `${'x'.repeat(100)}y`],
    ['-"two words"', 'words two'],
    ['-ada', 'adam'],
  ])('%s in %s', (search, leaf) => {
    expect(finds(search, JSON.stringify({ a: leaf }))).toBe(true)
    expect(finds(search, leaf)).toBe(true)
  })

  it.each<[search: string, leaf: string]>([
    ['cafe', 'café'],
    ['京東', '東京都'],
    ['wor', 'two words'],
    ['123', 'ord_1234'],
    ['ord-*', 'ordinary'],
    ['"words two"', 'two words'],
    ['-"two words"', 'these two words'],
    ['-京都', '東京都'],
    ['true', 'untrue'],
  ])('no %s in %s', (search, leaf) => {
    expect(finds(search, JSON.stringify({ a: leaf }))).toBe(false)
  })

  it.each<[search: string, expected: boolean]>([
    ['state:failed queue:m*l name:Send* id:7', true],
    ['state:completed', false],
    ['-state:completed', true],
    ['name:send*', false],
    ['service:shop', false],
    ['-service:shop', true],
    ['queue-key:ab12', true],
    ['run:>1s run:<2s run:1500ms attempt:2 attempt:1..3', true],
    ['run:>1500ms', false],
    ['wait:>=0ms', false],
    ['-wait:>1s', true],
    ['', true],
    ['ada', false],
    ['-ada -"b c"', true],
  ])('by fields of the job: %s', (search, expected) => {
    expect(matches(JOB, [], null, searchOf(search).conditions)).toBe(expected)
  })
})

const SCRIPTS = [
  'abcXYZ',
  '0189',
  'éßİıŉς',
  'ＡＢ１',
  '東京都カナ한국ไทย',
  '🎉€👍🏽',
  "-_.@+'’",
  '\u0301\u0307\u200d\ufe0f',
  '"\\/*:%=<>{}[], \n\t',
  '\ud800\u0000',
]
const char = fc.oneof(
  ...SCRIPTS.map((chars) => fc.constantFrom(...chars)),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
)
const text = fc.array(char, { maxLength: 30 }).map((chars) => chars.join(''))
const key = fc.oneof(fc.constantFrom('email', 'orderId', 'a.b', 'name', 'x y', '__proto__'), text)
const payload = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    tie('list'),
    tie('object'),
    tie('nested'),
  ),
  list: fc.array(tie('value'), { maxLength: 4 }),
  object: fc.dictionary(key, tie('value'), { maxKeys: 4 }),
  nested: tie('value').map((value) => JSON.stringify(value)),
})).value

describe('for any text', () => {
  const check = <T>(arbitrary: fc.Arbitrary<T>, property: (value: T) => void, numRuns = 500) =>
    fc.assert(fc.property(arbitrary, property), { seed: SEED, numRuns })

  it('folding twice changes nothing', () => {
    check(
      text,
      (one) => {
        expect(fold(fold(one))).toBe(fold(one))
      },
      5_000,
    )
  })

  it('a search for a word of a leaf finds it, in its case or another', () => {
    check(fc.tuple(text, key), ([leaf, name]) => {
      const json = JSON.stringify({ [name]: leaf })
      for (const word of leaf.split(/\s+/).filter((one) => /[\p{L}\p{N}]/u.test(one) && !/[*":]|^-/.test(one)))
        for (const search of [word, word.toUpperCase(), quoted(word), `payload.${name}:${word}`].filter(
          (one) => parseSearch(one, NOW).search,
        ))
          if (search !== `payload.${name}:${word}` || /^[\w.]+$/.test(name))
            expect(finds(search, json), search).toBe(true)
    })
  })

  it('a search in quotes for a leaf finds it', () => {
    check(text, (leaf) => {
      const search = quoted(leaf)
      if (parseSearch(search, NOW).search) expect(finds(search, JSON.stringify([leaf])), search).toBe(true)
    })
  })

  it('chips have all of it but spaces, in order', () => {
    check(text, (one) => {
      const chips = chipsOf(one)
      expect(chips.map((chip) => chip.text).join('')).toBe(chips.map(({ from, to }) => one.slice(from, to)).join(''))
      const between = chips.reduceRight((rest, { from, to }) => rest.slice(0, from) + rest.slice(to), one)
      expect(between.trim()).toBe('')
      for (const chip of chips) expect(chipsOf(withoutChip(one, chip)).length).toBeLessThanOrEqual(chips.length)
    })
  })

  it('a term is well-formed, short and has no spaces', () => {
    check(payload, (value) => {
      for (const term of termsOf(JSON.stringify(value))) {
        expect(term).toMatch(/^[^\s\p{Cc}\p{Cs}"*:]{1,194}$/u)
        expect(fold(term)).toBe(term)
      }
    })
  })

  it('each term can be searched for, and finds its payload', () => {
    check(
      payload,
      (value) => {
        const json = JSON.stringify(value)
        for (const term of termsOf(json)) {
          const search = formatSearch({
            conditions: [{ by: 'term', term, isPrefix: false, isNot: false }],
            from: null,
            to: null,
          })
          expect(finds(search, json), search).toBe(true)
        }
      },
      200,
    )
  })

  it('a formatted search is read as the same search', () => {
    const value = fc.oneof(
      text,
      text.map(quoted),
      fc.constantFrom('>1s', '<=5', '2h', '2026-11-20', 'failed', '1ms..2s', 'a*'),
    )
    const field = fc.oneof(
      fc.constantFrom(
        '',
        'run:',
        'attempt:',
        'state:',
        'queue:',
        'id:',
        'after:',
        'before:',
        'email:',
        'payload.name:',
      ),
      text.map((one) => `${one}:`),
    )
    const chip = fc.tuple(fc.constantFrom('', '-'), field, value).map((parts) => parts.join(''))
    check(
      fc.array(chip, { maxLength: 5 }),
      (chips) => {
        const { search } = parseSearch(chips.join(' '), NOW)
        if (search) expect(searchOf(formatSearch(search))).toEqual(search)
      },
      2_000,
    )
  })
})

describe('a secret', () => {
  it('that is masked gives no term, wherever it is', () => {
    const shapes = ALL_SHAPES.filter(({ kind }) => kind !== 'prose')
    expect(shapes.length).toBeGreaterThan(100)
    for (const { text: written, secret } of shapes)
      for (const one of [
        written,
        JSON.stringify({ a: [written] }),
        JSON.stringify({ data: JSON.stringify({ b: written }) }),
      ])
        expect(termsOf(maskPayload(one).text).join(' '), one).not.toContain(secret.toLowerCase())
  })

  it('under the name of one gives no term at any depth', () => {
    const secret = fc.constantFrom('password', 'apiKey', 'db_passwd', 'clientSecret')
    fc.assert(
      fc.property(payload, secret, fc.nat(5), (value, name, depth) => {
        let whole: unknown = { [name]: SECRET, value }
        for (let level = 0; level < depth; level++)
          whole = level % 2 === 0 ? { a: [whole] } : { data: JSON.stringify(whole) }
        const terms = termsOf(maskPayload(JSON.stringify(whole)).text)
        expect(terms.join(' ')).not.toContain(SECRET.toLowerCase())
      }),
      { seed: SEED, numRuns: 300 },
    )
  })
})
