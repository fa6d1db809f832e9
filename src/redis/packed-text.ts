import { promisify } from 'node:util'
import { constants, deflateRaw, deflateRawSync, inflateRawSync } from 'node:zlib'
import { asText } from './replies.js'

/** Shorter texts stay readable: there is little to save. */
const MIN_CHARS = 512
/** A window of 8 KiB and small tables: most texts are not longer, and the temporary memory falls to a fourth. */
const DEFLATE = { windowBits: 13, memLevel: 6, level: constants.Z_DEFAULT_COMPRESSION }

const deflateLater = promisify(deflateRaw)

export type PackedText = readonly [field: 'data' | 'deflate', value: string]

/**
 * The field and the value that store a JSON text in a stream's entry: `data` with the text itself, or `deflate` with the text in UTF-8,
 * deflated without a header (RFC 1951), in Base64 (RFC 4648), whichever is shorter.
 *
 * @param maxBytes limit of what a reader inflates
 */
export function packText(text: string, maxBytes: number): PackedText {
  const bytes = bytesToPack(text, maxBytes)
  return bytes ? shorterOf(text, deflateRawSync(bytes, DEFLATE)) : ['data', text]
}

/** The same, deflated off the event loop. */
export async function packTextLater(text: string, maxBytes: number): Promise<PackedText> {
  const bytes = bytesToPack(text, maxBytes)
  return bytes ? shorterOf(text, await deflateLater(bytes, DEFLATE)) : ['data', text]
}

function bytesToPack(text: string, maxBytes: number): Buffer | null {
  const bytes = text.length < MIN_CHARS ? null : Buffer.from(text)
  return bytes && bytes.length <= maxBytes ? bytes : null
}

function shorterOf(text: string, deflated: Buffer): PackedText {
  const packed = deflated.toString('base64')
  return packed.length < text.length ? ['deflate', packed] : ['data', text]
}

/**
 * Reads the text of an entry that {@link packText} made.
 *
 * @param maxBytes a text that inflates to more is refused, however small its deflated form
 * @returns null without a text, or if it can't be inflated
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
