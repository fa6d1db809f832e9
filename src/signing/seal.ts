import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { deflateRaw, deflateRawSync, inflateRawSync } from 'node:zlib'

/**
 * Sealed texts: deflated (RFC 1951) and encrypted with AES-256-GCM. Bytes: the version (1), a nonce of 12 bytes, a tag of 16, and the
 * encrypted text. The key is HKDF-SHA256 of the token without a salt; its info is `quasar seal 1`, a line feed and the context. So each
 * context has a key of its own, and a text that was sealed for one can't be opened for another.
 */
const VERSION = 1
const INFO = 'quasar seal 1\n'
const CIPHER = 'aes-256-gcm'
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const HEAD_BYTES = 1 + NONCE_BYTES + TAG_BYTES

/** A text that inflates to more is refused, however small its sealed form, bytes. */
export const MAX_SEALED_TEXT_BYTES = 8 * 1_048_576

const deflateLater = promisify(deflateRaw)

/** Seals a text, and deflates it off the event loop. @param context what it is sealed for, which is no part of the bytes */
export async function seal(text: string, token: string, context: string): Promise<Buffer> {
  return encrypt(await deflateLater(text), token, context)
}

/** The same at once: the process is about to end. */
export function sealNow(text: string, token: string, context: string): Buffer {
  return encrypt(deflateRawSync(text), token, context)
}

/**
 * Opens what {@link seal} made.
 *
 * @param tokens two during a rotation
 * @returns null if it was sealed with none of the tokens or for another context, if it was changed, or if its text is too long
 */
export function open(bytes: Uint8Array, tokens: readonly string[], context: string): string | null {
  if (bytes.length < HEAD_BYTES || bytes[0] !== VERSION) return null
  for (const token of tokens) {
    const packed = decrypt(bytes, token, context)
    if (packed) return inflate(packed)
  }
  return null
}

function encrypt(packed: Uint8Array, token: string, context: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, keyOf(token, context), nonce)
  const encrypted = [cipher.update(packed), cipher.final()]
  return Buffer.concat([Buffer.from([VERSION]), nonce, cipher.getAuthTag(), ...encrypted])
}

function decrypt(bytes: Uint8Array, token: string, context: string): Buffer | null {
  const nonce = bytes.subarray(1, 1 + NONCE_BYTES)
  const decipher = createDecipheriv(CIPHER, keyOf(token, context), nonce, { authTagLength: TAG_BYTES })
  decipher.setAuthTag(bytes.subarray(1 + NONCE_BYTES, HEAD_BYTES))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(HEAD_BYTES)), decipher.final()])
  } catch {
    return null
  }
}

function keyOf(token: string, context: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', token, '', INFO + context, KEY_BYTES))
}

function inflate(packed: Uint8Array): string | null {
  try {
    return inflateRawSync(packed, { maxOutputLength: MAX_SEALED_TEXT_BYTES }).toString()
  } catch {
    return null
  }
}
