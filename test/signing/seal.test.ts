import { deflateRawSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { MAX_SEALED_TEXT_BYTES, open, seal, sealNow } from '../../src/signing/seal.js'
import { docsBlocks } from '../protocol/records.js'

const TOKEN = 'a-token-of-the-test'
const OTHER = 'another-token-of-it'
const CONTEXT = '["shop","web-1",1]'
const TEXT = '[11]\n{"to":"ada"}'

test('the vector of the docs is opened', () => {
  const [block = ''] = docsBlocks('json seal-vector')
  const { token, context, sealed, text } = JSON.parse(block)
  expect(open(Buffer.from(sealed, 'base64'), [token], context)).toBe(text)
})

test('what was sealed is opened with the token and the context, during a rotation with either', async () => {
  for (const bytes of [await seal(TEXT, TOKEN, CONTEXT), sealNow(TEXT, TOKEN, CONTEXT)]) {
    expect(open(bytes, [TOKEN], CONTEXT)).toBe(TEXT)
    expect(open(new Uint8Array(bytes), [OTHER, TOKEN], CONTEXT)).toBe(TEXT)
    expect(open(bytes, [OTHER], CONTEXT)).toBeNull()
    expect(open(bytes, [], CONTEXT)).toBeNull()
    expect(open(bytes, [TOKEN], '["shop","web-1",2]')).toBeNull()
    expect(bytes.toString('latin1')).not.toContain(deflateRawSync(TEXT).toString('latin1'))
  }
})

test('no byte can be changed, added or taken away', () => {
  const bytes = sealNow(TEXT, TOKEN, CONTEXT)
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes)
    changed[at] = (changed[at] ?? 0) ^ 1
    expect(open(changed, [TOKEN], CONTEXT), `byte ${at}`).toBeNull()
    expect(open(bytes.subarray(0, at), [TOKEN], CONTEXT), `${at} bytes`).toBeNull()
  }
  expect(open(Buffer.concat([bytes, Buffer.from([0])]), [TOKEN], CONTEXT)).toBeNull()
})

test('the same text is sealed to other bytes each time', () => {
  expect(sealNow(TEXT, TOKEN, CONTEXT).equals(sealNow(TEXT, TOKEN, CONTEXT))).toBe(false)
})

test('a text that inflates to too much is refused', () => {
  expect(open(sealNow(' '.repeat(MAX_SEALED_TEXT_BYTES + 1), TOKEN, CONTEXT), [TOKEN], CONTEXT)).toBeNull()
})
