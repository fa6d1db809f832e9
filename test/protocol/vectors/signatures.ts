import { keysOf } from '../../../src/protocol/index.js'
import { signerOf } from '../../../src/signing/signer.js'
import { heartbeatVectors, slowEntryVectors } from './records.js'

const TOKEN = 'an-example-of-2026'
const OTHER = 'another~example!of-2026'

/** Signed records: the token is the first one if several are given. */
export function signatureVectors() {
  const keys = keysOf()
  const record = (token: string, key: string, text: string) => {
    return { token, key, record: text, signed: signerOf([token], '').json(key, text) }
  }
  const fields = (token: string, key: string, list: readonly string[]) => {
    return { token, key, fields: list, signed: signerOf([token], '').fields(key, list) }
  }
  return {
    cases: [
      ...heartbeatVectors().cases.map(({ text }) => record(TOKEN, keys.node('billing', 'web-1-4711'), text)),
      record(OTHER, keysOf('acme:').node('café', 'web:1'), '{"v":2}'),
      ...slowEntryVectors().cases.map((one) => fields(TOKEN, keys.slow('billing'), one.fields)),
      fields(OTHER, keys.slow('café'), ['v', '2', 'name', '', 'text', '☕']),
    ],
  }
}
