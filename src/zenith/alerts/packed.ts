import { promisify } from 'node:util'
import { deflateRaw, inflateRawSync } from 'node:zlib'

const deflateLater = promisify(deflateRaw)

/** Longest state, bytes. A program that may write to Redis can't make Zenith inflate more. */
const MAX_BYTES = 32 * 1_048_576
const PACKED = /^\{"deflate":"([A-Za-z0-9+/=]*)"\}$/

/** A JSON text, deflated off the event loop, as JSON: `{"deflate":"…"}` with Base64. */
export async function packed(text: string): Promise<string> {
  return JSON.stringify({ deflate: (await deflateLater(text)).toString('base64') })
}

/** The text itself where it is not packed. @throws if it can't be inflated */
export function unpacked(text: string): string {
  const deflated = PACKED.exec(text)?.[1]
  if (deflated === undefined) return text
  return inflateRawSync(Buffer.from(deflated, 'base64'), { maxOutputLength: MAX_BYTES }).toString()
}
