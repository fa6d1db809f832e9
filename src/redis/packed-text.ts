import { constants, deflateRawSync, inflateRawSync } from 'node:zlib'
import { asText } from './replies.js'

/** What is shorter stays readable: there is little to save. */
const MIN_CHARS = 512
/** A window of 8 KiB and small tables: texts are not longer, mostly, and a fourth of the memory is taken for the moment. */
const DEFLATE = { windowBits: 13, memLevel: 6, level: constants.Z_DEFAULT_COMPRESSION }

/**
 * The field of a stream's entry that holds a JSON text, and its value: `data` with the text itself, or `deflate` with the
 * text in UTF-8, deflated without a header (RFC 1951), in Base64 (RFC 4648), whichever is shorter.
 *
 * @param maxBytes what a reader inflates at most
 */
export function packText(text: string, maxBytes: number): readonly [field: 'data' | 'deflate', value: string] {
  const bytes = text.length < MIN_CHARS ? null : Buffer.from(text)
  if (!bytes || bytes.length > maxBytes) return ['data', text]
  const packed = deflateRawSync(bytes, DEFLATE).toString('base64')
  return packed.length < text.length ? ['deflate', packed] : ['data', text]
}

/**
 * The text of an entry's fields as {@link packText} made them.
 *
 * @param maxBytes what inflates to more is none, however little it takes itself
 * @returns null when there is no text, or none that can be inflated
 */
export function unpackText(fields: Readonly<Record<string, unknown>>, maxBytes: number): string | null {
  if (fields.data !== undefined) return asText(fields.data)
  const packed = asText(fields.deflate)
  if (packed === null || packed.length > maxBytes) return null
  try {
    return inflateRawSync(Buffer.from(packed, 'base64'), { maxOutputLength: maxBytes }).toString()
  } catch {
    return null
  }
}
