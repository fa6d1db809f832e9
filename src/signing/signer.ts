import { netstrings, sealFields, sealJson } from './sealed-text.js'
import { signatureOf, signingKey } from './signature.js'

/** Signs what is written. */
export interface Signer {
  /** @param key where it is kept @param text of a JSON object */
  json(key: string, text: string): string
  /** @param fields of a stream entry: name, value, name, value … */
  fields(key: string, fields: readonly string[]): readonly string[]
  /** The signature alone; null without a token. @param record the text that is signed */
  text(key: string, record: string): string | null
}

/** Without a token: everything stays as it is. */
const NO_SIGNER: Signer = { json: (_, text) => text, fields: (_, fields) => fields, text: () => null }

/**
 * @param tokens the first one signs
 * @param keyPrefix what the client itself puts before every key
 */
export function signerOf(tokens: readonly string[], keyPrefix: string): Signer {
  const [token] = tokens
  if (token === undefined) return NO_SIGNER
  const key = signingKey(token)
  return {
    json: (name, text) => sealJson(text, signatureOf(key, keyPrefix + name, text)),
    fields: (name, fields) => sealFields(fields, signatureOf(key, keyPrefix + name, netstrings(fields))),
    text: (name, record) => signatureOf(key, keyPrefix + name, record),
  }
}
