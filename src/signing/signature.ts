import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'

/** A token, made ready: what names it in signatures, and the key. */
export interface SigningKey {
  readonly id: string
  readonly secret: KeyObject
}

/** What a key's id is made of: the id tells two tokens apart and is no secret. */
const ID_OF = 'quasar key id'
const ID_CHARS = 8
const SIGNATURE = /^([0-9a-f]{8})\.([0-9a-f]{64})$/

export function signingKey(token: string): SigningKey {
  const secret = createSecretKey(Buffer.from(token))
  return { id: hmac(secret, ID_OF).toString('hex').slice(0, ID_CHARS), secret }
}

/**
 * @param key the Redis key that the record is kept under: it can't be copied to another one
 * @param record the text that is signed
 */
export function signatureOf({ id, secret }: SigningKey, key: string, record: string): string {
  return `${id}.${hmac(secret, `${key}\n${record}`).toString('hex')}`
}

/** Whether one of the keys made a signature. Takes as long for a wrong one as for a right one. */
export function isSignature(signature: string, keys: readonly SigningKey[], key: string, record: string): boolean {
  const [, id, mac = ''] = SIGNATURE.exec(signature) ?? []
  const signer = keys.find((one) => one.id === id)
  if (!signer) return false
  return timingSafeEqual(Buffer.from(mac, 'hex'), hmac(signer.secret, `${key}\n${record}`))
}

function hmac(secret: KeyObject, text: string): Buffer {
  return createHmac('sha256', secret).update(text, 'utf8').digest()
}
