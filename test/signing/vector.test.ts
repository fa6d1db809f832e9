import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { signerOf } from '../../src/signing/signer.js'
import { Verifier } from '../../src/signing/verifier.js'
import { docsBlocks } from '../protocol/records.js'

const run = promisify(execFile)
const [vectorText = ''] = docsBlocks('json signature-vector')
const [snippet = ''] = docsBlocks('python signature')
const vector = JSON.parse(vectorText)
const signer = signerOf([vector.token], '')
const verifier = new Verifier({ tokens: [vector.token], isRequired: false, keyPrefix: '', now: Date.now })

test('the vector of the docs is what is signed and verified', () => {
  const { json, fields } = vector
  expect(signer.json(json.key, json.record)).toBe(json.signed)
  expect(signer.fields(fields.key, fields.record)).toEqual(fields.signed)
  expect(verifier.json(json.key, json.signed)).toBe('signed')
  expect(JSON.parse(json.signed)).toMatchObject(JSON.parse(json.record))
})

test('the Python of the docs makes the vector', async () => {
  const lines = [
    snippet,
    'import json, sys',
    'v = json.loads(sys.argv[1])',
    'j, f, t = v["json"], v["fields"], v["token"]',
    'print(json.dumps([signed_json(t, j["key"], j["record"]), signed_fields(t, f["key"], f["record"])]))',
  ]
  const { stdout } = await run('python3', ['-c', lines.join('\n'), vectorText])
  expect(JSON.parse(stdout)).toEqual([vector.json.signed, vector.fields.signed])
})

const { key, signed } = vector.json
const other = signerOf(['another-token-of-2026'], '')

test.each<[what: string, key: string, text: string, trust: string]>([
  ['under another key', `${key}0`, signed, 'forged'],
  ['with another number', key, signed.replace('1767225600000', '1767225600001'), 'forged'],
  ['with a field more', key, signed.replace('{"v":2', '{"v":2,"pid":1'), 'forged'],
  [
    'with the first digit of its mac changed',
    key,
    signed.replace(/\.(.)/, (_: string, digit: string) => `.${digit === '0' ? 1 : 0}`),
    'forged',
  ],
  ['with a mac that is cut', key, signed.replace(/.{4}"\}$/, '"}'), 'forged'],
  ['with an empty signature', key, '{"v":2,"sig":""}', 'forged'],
  ['with another token', key, other.json(key, vector.json.record), 'forged'],
  ['without a signature', key, vector.json.record, 'unsigned'],
  ['with the signature somewhere else', key, JSON.stringify({ sig: 'x', v: 2 }), 'unsigned'],
])('a text %s', (_, name, text, trust) => {
  expect(verifier.json(name, text)).toBe(trust)
})

test('fields are told apart wherever one ends, and in whatever order', () => {
  const objectOf = (flat: readonly string[]) => {
    return Object.fromEntries(flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1]]] : [])))
  }
  const sealed = signer.fields('k', ['name', 'GET /a', 'status', '200'])
  const sig = sealed.at(-1) ?? ''
  expect(verifier.fields('k', objectOf(sealed))).toBe('signed')
  expect(verifier.fields('l', objectOf(sealed))).toBe('forged')
  expect(verifier.fields('k', { name: 'GET /a', status: '500', sig })).toBe('forged')
  expect(verifier.fields('k', { name: 'GET /as', tatus: '200', sig })).toBe('forged')
  expect(verifier.fields('k', { status: '200', name: 'GET /a', sig })).toBe('forged')
  expect(verifier.fields('k', { name: 'GET /a', status: '200' })).toBe('unsigned')
})

test('two tokens verify, the first one signs', () => {
  const tokens = ['a-new-token-of-2026', vector.token]
  const both = new Verifier({ tokens, isRequired: false, keyPrefix: '', now: Date.now })
  const fromBoth = signerOf(tokens, '').json(key, vector.json.record)
  expect([both.json(key, signed), both.json(key, fromBoth)]).toEqual(['signed', 'signed'])
  expect(verifier.json(key, fromBoth)).toBe('forged')
})

test('an old text that is put back is forged, one of a clock that was set back a little is not', () => {
  const ttlMs = 30_000
  const now = Date.now()
  const at = (timestamp: number) => signer.json('k', JSON.stringify({ timestamp }))
  const fresh = new Verifier({ tokens: [vector.token], isRequired: false, keyPrefix: '', now: Date.now })
  const about = { isCorrected: true, uptime: null, ttlMs }
  const look = (timestamp: number) => fresh.standing('k', at(timestamp), { ...about, timestamp })
  expect([look(now - 300_000), look(now), look(now - 5_000), look(now - 300_000), look(now)]).toEqual([
    'signed',
    'signed',
    'signed',
    'forged',
    'signed',
  ])
})
