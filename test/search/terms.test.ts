import { describe, expect, it } from 'vitest'
import { maskPayload } from '../../src/redaction/json.js'
import { MASK } from '../../src/redaction/secrets.js'
import { indexPayload, MAX_LEAVES, MAX_TERMS, termsOf } from '../../src/search/terms.js'

const of = (value: unknown) => termsOf(JSON.stringify(value))
const sorted = (terms: readonly string[]) => [...terms].sort()

describe('the terms of a leaf', () => {
  it('are its word, and its word by the last key and by the last two', () => {
    expect(sorted(of({ order: { customer: { name: 'Ada' } } }))).toEqual(['ada', 'customer.name=ada', 'name=ada'])
    expect(sorted(of({ name: 'Ada' }))).toEqual(['ada', 'name=ada'])
    expect(of(['Ada'])).toEqual(['ada'])
    expect(sorted(of({ items: [[{ sku: 'A' }], 'b'] }))).toEqual(['a', 'b', 'items.sku=a', 'items=b', 'sku=a'])
  })

  it.each<[text: string, terms: readonly string[]]>([
    ['two words', ['two', 'words']],
    ['user@example.com', ['user@example.com', 'user', 'example.com', 'example', 'com']],
    ["o'neil+x@ex.com", ["o'neil+x@ex.com", "o'neil+x", 'ex.com', 'o', 'neil', 'x', 'ex', 'com']],
    ['ord_123', ['ord_123', 'ord', '123']],
    [
      '3F2504E0-4F89-11D3-9A0C-0305E82C3301',
      ['3f2504e0-4f89-11d3-9a0c-0305e82c3301', '3f2504e0', '4f89', '11d3', '9a0c', '0305e82c3301'],
    ],
    ['App\\Models\\User:1', ['app', 'models', 'user', '1']],
    ['https://shop.example/a?b=c', ['https', 'shop.example', 'shop', 'example', 'a', 'b', 'c']],
    ['See "this". And this!', ['see', 'this', 'and']],
    ['東京都 x', ['東京', '京都', '都', 'x']],
    ['東', ['東']],
    ['abc東京', ['abc', '東京', '京']],
    ['ราคา', ['รา', 'าค', 'คา', 'า']],
    ['🎉 50€', ['🎉', '50', '€']],
    ['%"* ... --', []],
    ['', []],
    [MASK, []],
    ['[redacted]', []],
    [`redis://u:${MASK}@host`, ['redis', 'u', 'host']],
  ])('%s', (text, terms) => {
    expect(sorted(of([text]))).toEqual(sorted(terms))
  })

  it('have numbers as they are written', () => {
    const terms = termsOf('{"card": 1234567890123456789, "big": 1e400, "cents": -12.50, "E": 2E+5}')
    for (const term of [
      '1234567890123456789',
      'card=1234567890123456789',
      '1e400',
      'big=1e400',
      'cents=12.50',
      'e=2e+5',
    ])
      expect(terms).toContain(term)
  })

  it('have booleans by their field only, and no nulls', () => {
    expect(sorted(of({ user: { isNew: true, old: false, gone: null } }))).toEqual([
      'isnew=true',
      'old=false',
      'user.isnew=true',
      'user.old=false',
    ])
  })

  it('have no signs of the language in their fields', () => {
    expect(of({ 'My key:"=x"': 'a' })).toContain('my_key_x_=a')
    expect(of({ 'a.b.c': 'x' })).toEqual(['x', 'c=x', 'b.c=x'])
    expect(of({ '': 'x', '...': 'y' })).toEqual(['x', 'y'])
  })

  it('are short', () => {
    const terms = of({ ['k'.repeat(300)]: `${'ü'.repeat(63)}👍🏽 ${'a'.repeat(63)}-b` })
    for (const term of terms) expect(term.length).toBeLessThanOrEqual(129)
    expect(terms).toContain('a'.repeat(63))
  })
})

describe('payloads of queue systems', () => {
  const php = (password: string) =>
    `O:8:"App\\Mail":5:{s:11:"\0*\0password";s:7:"${password}";s:12:"\0App\\Mail\0to";s:15:"ada@example.com";s:5:"title";s:13:"Grüße";x";!";` +
    's:5:"order";O:45:"Illuminate\\Contracts\\Database\\ModelIdentifier":2:{s:5:"class";s:15:"App\\Models\\User";s:2:"id";i:42;}' +
    's:4:"tags";a:2:{i:0;s:3:"red";i:1;b:1;}s:5:"price";d:1.5;s:4:"none";N;s:4:"kind";E:10:"Suit:Spade";}'

  it('of Laravel have the serialized properties, whatever the masks did to their lengths', () => {
    const text = JSON.stringify({
      displayName: 'App\\Mail',
      data: { commandName: 'App\\Mail', command: php('hunter2') },
    })
    const terms = termsOf(maskPayload(text).text)
    for (const term of [
      'to=ada@example.com',
      'command.to=ada@example.com',
      'title=grüsse',
      'title=x',
      'order.id=42',
      'class=user',
      'tags=red',
      'tags=true',
      'price=1.5',
      'kind=spade',
      'displayname=mail',
    ])
      expect(terms).toContain(term)
    expect(terms.join(' ')).not.toContain('hunter2')
    expect(terms.join(' ')).not.toContain('none')
  })

  it('of Gravito Stream have the JSON in their data', () => {
    const data = JSON.stringify({ class: 'Mail', properties: JSON.stringify({ to: { email: 'ada@example.com' } }) })
    const terms = of({ id: 'job-1', data })
    expect(terms).toContain('to.email=ada@example.com')
    expect(terms).toContain('id=job-1')
  })

  it('that are encrypted have no terms', () => {
    expect(of({ data: { command: `eyJpdiI6${'Ab1'.repeat(30)}==` } })).toEqual([])
  })
})

describe('awkward payloads', () => {
  it('give the terms of their first leaves, and count the others', () => {
    const keys = JSON.stringify(Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`k${at}`, at])))
    const { terms, leaves, leftOut } = indexPayload(keys)
    expect({ leaves, leftOut }).toEqual({ leaves: MAX_LEAVES, leftOut: 10_000 - MAX_LEAVES })
    expect(terms).toContain('k199=199')
    expect(terms).not.toContain('k200=200')
  })

  it('give the terms of short leaves before those of long ones', () => {
    const long = Array.from({ length: 5_000 }, (_, at) => `w${at}`).join(' ')
    const terms = of({ text: long, id: 'ord_7' })
    expect(terms).toContain('id=ord_7')
    expect(terms.length).toBe(MAX_TERMS)
  })

  it('of any form are read', () => {
    expect(termsOf('plain Text 42')).toEqual(['plain', 'text', '42'])
    expect(termsOf('"a string"')).toEqual(['a', 'string'])
    expect(termsOf('{"a": "b')).toContain('b')
    expect(termsOf('{"a": "b')).not.toContain('a=b')
    expect(indexPayload('{"a":"b","c":"d\\u00', true).terms).toContain('a=b')
    expect(termsOf('')).toEqual([])
    expect(termsOf('\ud800 a\udc00b "\\ud800"')).toEqual(['a', 'b', 'ud800'])
    expect(of(['\ud800x', '\0y'])).toEqual(['x', 'y'])
  })

  it.each<[name: string, text: string]>([
    ['3 MB of words', JSON.stringify({ a: 'lorem ipsum '.repeat(260_000) })],
    ['10,000 levels', `${'[{"a":'.repeat(5_000)}"x"${'}]'.repeat(5_000)}`],
    ['1,000,000 levels, open', '{'.repeat(1_000_000)],
    ['3 MB of quotes', '"'.repeat(3_000_000)],
    ['3 MB of backslashes', `{"a":"${'\\'.repeat(3_000_000)}`],
    ['3 MB of joints', 'a-'.repeat(1_500_000)],
    ['3 MB of dense script', '漢'.repeat(1_000_000)],
    ['lengths that lie', `a:1:{${'s:999999999:"";'.repeat(200_000)}`],
    ['open lists of PHP', 'a:1:{'.repeat(600_000)],
    ['JSON in JSON', [1, 2, 3, 4, 5, 6].reduce((inner) => JSON.stringify({ inner }), 'x "y" '.repeat(3_000))],
    ['combining marks', `e${'\u0301'.repeat(1_000_000)}`],
  ])('are bounded: %s', (_, text) => {
    const terms = termsOf(text)
    expect(terms.length).toBeLessThanOrEqual(MAX_TERMS)
    for (const term of terms) {
      expect(term.length).toBeLessThanOrEqual(194)
      expect(term.isWellFormed() && !/[\s\p{Cc}"]/u.test(term) && term !== '').toBe(true)
    }
  })
})
