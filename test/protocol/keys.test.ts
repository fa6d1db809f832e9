import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeSegment, encodeSegment, keysOf, nodeMember, parseNodeMember } from '../../src/protocol/index.js'

/** Any text; names are never empty. Lone surrogates have no UTF-8 form and become U+FFFD. */
const name = fc.oneof(fc.string({ minLength: 1 }), fc.string({ minLength: 1, unit: 'binary' }))

test('names of any characters come back from their keys', () => {
  fc.assert(
    fc.property(name, name, (service, node) => {
      expect(decodeSegment(encodeSegment(service))).toBe(service.toWellFormed())
      const expected = { service: service.toWellFormed(), node: node.toWellFormed() }
      expect(parseNodeMember(nodeMember(service, node))).toEqual(expected)
    }),
    { numRuns: 1_000 },
  )
})

test('different names have different keys, without separators and globs of their own', () => {
  fc.assert(
    fc.property(name, name, name, name, (service, node, otherService, otherNode) => {
      const key = keysOf().node(service, node)
      expect(key.slice('gravito:quasar:node:'.length)).toMatch(/^[^:*?[\]\\^\s]+:[^:*?[\]\\^\s]+$/)
      const same =
        service.toWellFormed() === otherService.toWellFormed() && node.toWellFormed() === otherNode.toWellFormed()
      expect(key === keysOf().node(otherService, otherNode)).toBe(same)
    }),
  )
})

test('lone surrogates do not throw', () => {
  expect(decodeSegment(encodeSegment('a\uD800'))).toBe('a\uFFFD')
})

test('any member is read as names or as none', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('%', ':', '4', '1', 'z') })), (member) => {
      const names = parseNodeMember(member)
      if (names) expect(names.service.length * names.node.length).toBeGreaterThan(0)
    }),
  )
})

test('keys are those of the protocol, under the prefix', () => {
  const keys = keysOf('other:')
  expect(keys.node('my shop', 'web:1')).toBe('other:node:my%20shop:web%3A1')
  expect(keys.nodeIndex).toBe('other:index:nodes')
  expect([keys.slow('a*'), keys.errors('a'), keys.rollup('a')]).toEqual([
    'other:slow:a%2A',
    'other:errors:a',
    'other:rollup:a',
  ])
  expect(keysOf().nodeIndex).toBe('gravito:quasar:index:nodes')
})

const prefix = fc
  .oneof(name, fc.constantFrom('a', 'a:zenith', 'gravito-zenith/a', '{q}', 'a:{q}[x]*'))
  .map((text) => `${text}:`)

test('no prefix is the beginning of a key of Zenith’s own, and two namespaces share none', () => {
  const ownKeys = (of: string) => {
    const { audit, auditHead, kept, lease, moved } = keysOf(of)
    return [audit, auditHead, moved, ...['bulk', 'bulk:7', '*:'].flatMap((kind) => [kept(kind), lease(kind)])]
  }
  fc.assert(
    fc.property(prefix, prefix, (one, other) => {
      const { own } = keysOf(one)
      expect(own).toMatch(/^[^:*?[\]\\^\s{}]+$/)
      for (const key of ownKeys(one)) {
        expect(key.startsWith(own)).toBe(true)
        expect(key.startsWith(one) || key.startsWith(other)).toBe(false)
        if (one.toWellFormed() !== other.toWellFormed()) expect(key.startsWith(keysOf(other).own)).toBe(false)
      }
    }),
    { numRuns: 500 },
  )
  expect(keysOf().own).toBe('gravito-zenith/gravito%3Aquasar/')
})
