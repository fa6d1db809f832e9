import fc from 'fast-check'
import { expect, it } from 'vitest'
import { escapeGlob, escapeRegExp, globOf } from '../../src/lib/glob.js'

it.each([
  ['mail', 'mail', true],
  ['mail', 'mails', false],
  ['*', '', true],
  ['mail-*', 'mail-out', true],
  ['mail-*', 'a mail-out', false],
  ['*-out', 'mail-out', true],
  ['a*a', 'a', false],
  ['a*a', 'aa', true],
  ['a*b*c', 'a b b c', true],
  ['a*b*b*c', 'abc', false],
  ['/x.y', '/xzy', false],
  ['a*', 'a\nb', true],
])('%j on %j: %j', (pattern, name, expected) => {
  expect(globOf(pattern)(name)).toBe(expected)
})

it('means what an expression of the pattern means', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.', '*'), maxLength: 12 })
  fc.assert(
    fc.property(text, text, (pattern, name) => {
      const expression = new RegExp(`^${pattern.split('*').map(escapeRegExp).join('.*')}$`, 's')
      expect(globOf(pattern)(name)).toBe(expression.test(name))
    }),
    { numRuns: 2_000 },
  )
})

it('comes to an end soon with a pattern of many stars and a name that almost fits', () => {
  expect(globOf(`${'a*'.repeat(60)}b`)('a'.repeat(100_000))).toBe(false)
})

it('characters of an expression and of SCAN stand for themselves', () => {
  const text = ['.*+?^$', '{}()|[]\\'].join('')
  expect(new RegExp(`^${escapeRegExp(text)}$`).test(text)).toBe(true)
  expect(escapeGlob('a*b?[c]^d\\')).toBe('a\\*b\\?\\[c\\]\\^d\\\\')
})
