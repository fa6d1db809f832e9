import { constants, deflateRawSync, inflateRawSync } from 'node:zlib'

/** A bucket of hundreds of nodes takes some 100 KB; a body that inflates to more is damaged, bytes. */
const MAX_BODY_BYTES = 64 * 1_048_576

/** `v` of all bodies. */
export const BODY_VERSION = 1

/** Encodes the figures of a bucket: JSON, deflated. */
export function encodeBody(value: unknown): Uint8Array {
  return deflateRawSync(JSON.stringify(value), { level: constants.Z_BEST_SPEED })
}

/** Reverses {@link encodeBody}. @returns null for a damaged body */
function decodeBody(body: Uint8Array): unknown {
  try {
    return JSON.parse(inflateRawSync(body, { maxOutputLength: MAX_BODY_BYTES }).toString())
  } catch {
    return null
  }
}

/** What is read of a body. @returns null for one that is damaged or of a later version, also if it is JSON of another shape */
export function readBody<Body extends { readonly v: unknown }, T>(
  bytes: Uint8Array,
  read: (body: Body) => T,
): T | null {
  const body = decodeBody(bytes) as Body | null
  try {
    return body?.v === BODY_VERSION ? read(body) : null
  } catch {
    return null
  }
}

/** Whether a later version of this package wrote a body: what this one can't read must not be written over. */
export function isLaterBody(body: Uint8Array): boolean {
  const version = (decodeBody(body) as { readonly v?: unknown } | null)?.v
  return typeof version === 'number' && version > BODY_VERSION
}
