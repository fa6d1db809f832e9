import { describe, expect, it } from 'vitest'
import type { JobCondition } from '../../src/ports/archive.js'
import { chipsOf, withoutChip } from '../../src/search/chips.js'
import { formatSearch } from '../../src/search/format.js'
import { needsPayloads, parseSearch } from '../../src/search/language.js'

const NOW = Date.parse('2026-11-30T12:00:00Z')
const HOUR = 3_600_000

const parsed = (text: string) => {
  const { search, problems } = parseSearch(text, NOW)
  if (!search) throw new Error(problems.map(({ message }) => message).join('; '))
  return search
}
const conditions = (text: string) => parsed(text).conditions
const problem = (text: string) =>
  parseSearch(text, NOW)
    .problems?.map(({ message }) => message)
    .join('; ')

const term = (text: string, isNot = false): JobCondition => {
  const isPrefix = text.endsWith('*')
  return { by: 'term', term: isPrefix ? text.slice(0, -1) : text, isPrefix, isNot }
}
const phrase = (text: string, isNot = false): JobCondition => ({ by: 'phrase', text, isNot })
const field = (name: 'outcome' | 'queueName' | 'queue' | 'name' | 'service' | 'id', pattern: string, isNot = false) =>
  ({ by: 'field', field: name, pattern, isNot }) satisfies JobCondition
const figure = (name: 'runMs' | 'waitMs' | 'attempt', atLeast: number | null, atMost: number | null, isNot = false) =>
  ({ by: 'figure', figure: name, atLeast, atMost, isNot }) satisfies JobCondition

describe('a search', () => {
  it.each<[text: string, expected: readonly JobCondition[]]>([
    ['', []],
    ['  ', []],
    ['Ada', [term('ada')]],
    ['ada ADA', [term('ada')]],
    ['-ada', [term('ada', true)]],
    ['ord_123', [term('ord_123')]],
    ['ord*', [term('ord*')]],
    ['-ord-*', [term('ord-*', true)]],
    ['a/b', [term('a'), term('b')]],
    ['-a/b', [phrase('a/b', true)]],
    ['https://ex.com', [term('https'), term('ex.com')]],
    ['App\\Mail::send', [term('app'), term('mail'), term('send')]],
    ["o'neil+x@ex.com", [term("o'neil+x@ex.com")]],
    ['"two words"', [term('two'), term('words'), phrase('two words')]],
    ['-"Two  words"', [phrase('two  words', true)]],
    ['"ada"', [term('ada')]],
    ['-"ada"', [term('ada', true)]],
    ['"ord_123"', [term('ord'), term('123'), phrase('ord_123')]],
    ['"%"', [phrase('%')]],
    ['"a \\"b\\" c\\d"', [term('a'), term('b'), term('c'), term('d'), phrase('a "b" c\\d')]],
    [
      '"state:failed AND NEAR(x"',
      ['state', 'failed', 'and', 'near', 'x'].map((word) => term(word)).concat(phrase('state:failed and near(x')),
    ],
    ['東京都', [term('東京'), term('京都')]],
    ['東', [term('東*')]],
    ['-東京都', [phrase('東京都', true)]],
    ['email:User@Example.com', [term('email=user@example.com')]],
    ['customer.email:user*', [term('customer.email=user*')]],
    ['a.b.c:d', [term('b.c=d')]],
    ['title:"two words"', [term('title=two'), term('title=words')]],
    ['-locale:de', [term('locale=de', true)]],
    ['paid:true', [term('paid=true')]],
    ['payload.name:ada', [term('name=ada')]],
    ['Payload.x:ada', [term('x=ada')]],
    ['__proto__:x constructor:y', [term('__proto__=x'), term('constructor=y')]],
    ['state:Failed', [field('outcome', 'failed')]],
    ['-state:completed', [field('outcome', 'completed', true)]],
    ['queue:mail*', [field('queueName', 'mail*')]],
    ['QUEUE:"my queue"', [field('queueName', 'my queue')]],
    ['queue-key:ab12', [field('queue', 'ab12')]],
    ['name:SendMail service:shop id:"a b"', [field('name', 'SendMail'), field('service', 'shop'), field('id', 'a b')]],
    ['run:>1s', [figure('runMs', 1001, null)]],
    ['run:>=500ms', [figure('runMs', 500, null)]],
    ['wait:<2m', [figure('waitMs', null, 119_999)]],
    ['wait:<=1.5S', [figure('waitMs', null, 1_500)]],
    ['-run:>1.5ms', [figure('runMs', 2, null, true)]],
    ['run:1s..5s', [figure('runMs', 1_000, 5_000)]],
    ['run:1h run:=1d', [figure('runMs', HOUR, HOUR), figure('runMs', 24 * HOUR, 24 * HOUR)]],
    ['attempt:>1 attempt:2', [figure('attempt', 2, null), figure('attempt', 2, 2)]],
  ])('%s', (text, expected) => {
    expect(conditions(text)).toEqual(expected)
  })

  it.each<[text: string, from: string | null, to: string | null]>([
    ['', null, null],
    ['after:2026-11-20', '2026-11-20', null],
    ['before:2026-11-20', null, '2026-11-20'],
    ['after:2026-11-20T14:00', '2026-11-20T14:00Z', null],
    ['after:2026-11-20T14:00:01.5Z', '2026-11-20T14:00:01.500Z', null],
    ['after:2026-11-20t14:00+02:00', '2026-11-20T12:00Z', null],
    ['after:2h', '2026-11-30T10:00Z', null],
    ['before:30m', null, '2026-11-30T11:30Z'],
    ['-after:2h', null, '2026-11-30T10:00Z'],
    ['-before:2h', '2026-11-30T10:00Z', null],
    ['after:2026-11-20 after:2026-11-22 before:1d before:2h', '2026-11-22', '2026-11-29T12:00Z'],
    ['after:999999999999d', '1970-01-01', null],
  ])('%s', (text, from, to) => {
    const search = parsed(text)
    expect([search.from, search.to]).toEqual([from, to].map((time) => (time === null ? null : Date.parse(time))))
  })

  it.each<[text: string, words: readonly string[]]>([
    ['state:done', ['`state:`', 'completed, failed or retried', '`done`']],
    ['state:fail*', ['`state:`', 'completed, failed or retried']],
    ['run:500', ['`run:`', '500ms', '`500`']],
    ['run:fast', ['`run:`', '>, >=, < or <=']],
    ['run:5s..1s', ['`run:`']],
    ['run:>1s..2s', ['`run:`']],
    ['run:<0ms', ['`run:`']],
    ['wait:-1s', ['`wait:`']],
    ['attempt:1.5', ['`attempt:`', 'a number']],
    ['after:yesterday', ['`after:`', '2026-11-20T14:00', '2h', '`yesterday`']],
    ['before:2026-02-30', ['`before:`']],
    ['after:2026-11-20T25:00', ['`after:`']],
    ['before:2026-11-20 after:2026-11-21', ['`after:`', 'earlier']],
    ['queue:', ['`queue:`', 'needs a value']],
    ['queue:""', ['`queue:`', 'needs a value']],
    ['""', ['quotes are empty']],
    ['"open', ['closing quote']],
    ['queue:"open\\', ['closing quote']],
    ['%', ['`%`', 'no letter']],
    ['***', ['`*`', 'end a word']],
    ['a*b', ['`*`', 'end a word']],
    ['locale:*', ['no letter']],
    ['total:>5', ['`total:`', "can't be compared"]],
    ['-title:"two words"', ['`-title:`', 'one word']],
    ['-a/b*', ['several words']],
    ['payload.:x', ['name of a field']],
    [Array.from({ length: 51 }, (_, at) => `w${at}`).join(' '), ['50 conditions', '51']],
    ['x'.repeat(1_001), ['1,000 characters']],
    ['ﷺ'.repeat(900), ['1,000 characters']],
  ])('%s is a problem', (text, words) => {
    for (const word of words) expect(problem(text)).toContain(word)
  })

  it('names all problems, each with its part of the text', () => {
    const { problems } = parseSearch('ada state:x run:y', NOW)
    expect(problems?.map(({ from, to }) => [from, to])).toEqual([
      [4, 11],
      [12, 17],
    ])
  })

  it('tells whether payloads are read', () => {
    expect(needsPayloads(conditions('state:failed queue:a run:>1s after:2h'))).toBe(false)
    for (const text of ['ada', '-ada', '"%"', 'email:x', 'id:1 -"a b"'])
      expect(needsPayloads(conditions(text))).toBe(true)
  })
})

describe('chips', () => {
  it('are the parts of a text, with their places', () => {
    const text = '  email:a@b.c  -queue:"my \\"queue\\"" "two words"x https://ex.com -'
    const chips = chipsOf(text)
    expect(chips.map((chip) => chip.text)).toEqual([
      'email:a@b.c',
      '-queue:"my \\"queue\\""',
      '"two words"',
      'x',
      'https://ex.com',
      '-',
    ])
    for (const chip of chips) expect(text.slice(chip.from, chip.to)).toBe(chip.text)
    expect(chips[1]).toMatchObject({ isNot: true, field: 'queue', value: 'my "queue"', isQuoted: true, isOpen: false })
    expect(chips[4]).toMatchObject({ isNot: false, field: null, value: 'https://ex.com', isQuoted: false })
  })

  it('can be removed', () => {
    const text = 'a "b c" d'
    expect(chipsOf(text).map((chip) => withoutChip(text, chip))).toEqual(['"b c" d', 'a d', 'a "b c"'])
  })
})

describe('a formatted search', () => {
  it.each([
    [
      'email:user@example.com state:failed queue:mail* -locale:de',
      'email:user@example.com state:failed queue:mail* -locale:de',
    ],
    ['after:2h "two words" before:2026-12-01', null],
    ['payload.name:ada payload.payload.x:b 東京都 東 -"a b" run:>1s wait:1s..2s attempt:2', null],
    ['queue:"a \\"b\\" c\\\\" name://x id:":y" run:<=1s -attempt:>3', null],
    ['payload.123:x payload.-a:b', null],
  ])('%s is read as the same', (text, expected) => {
    const search = parsed(text)
    const formatted = formatSearch(search)
    expect(parsed(formatted)).toEqual(search)
    expect(formatted).toBe(expected ?? formatted)
  })
})
