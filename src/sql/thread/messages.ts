export interface Request {
  readonly id: number
  readonly method: string
  readonly args: Packed
}

/** The result of a request. */
export type Answer =
  | { readonly id: number; readonly result: Packed }
  | { readonly id: number; readonly error: ThrownError }

/** An error without its class, which does not survive the way. */
export interface ThrownError {
  readonly name: string
  readonly message: string
  readonly code: string | null
}

/**
 * A value of plain objects, arrays and bytes. All bytes lie in one buffer, which changes hands: to clone a part of a large buffer, such as
 * a reply of Redis, would copy all of it.
 */
export interface Packed {
  readonly value: unknown
  readonly bytes: ArrayBuffer
}

/** Stands for bytes in {@link Packed}. */
interface Place {
  readonly packedAt: number
  readonly packedLength: number
}

export function pack(value: unknown): Packed {
  const parts: Uint8Array[] = []
  const places = new Map<object, Place>()
  let length = 0
  const packed = replaced(value, (one) => {
    if (!ArrayBuffer.isView(one)) return null
    // Jobs of one block share its bytes.
    const known = places.get(one)
    if (known) return known
    const part = new Uint8Array(one.buffer, one.byteOffset, one.byteLength)
    const place: Place = { packedAt: length, packedLength: part.length }
    places.set(one, place)
    parts.push(part)
    length += part.length
    return place
  })
  return { value: packed, bytes: joined(parts, length) }
}

export function unpack({ value, bytes }: Packed): unknown {
  const parts = new Map<number, Uint8Array>()
  return replaced(value, (one) => {
    const { packedAt, packedLength } = one as Partial<Place>
    if (packedAt === undefined) return null
    // An empty part begins where the next one does.
    if (packedLength === 0) return new Uint8Array()
    const part = parts.get(packedAt) ?? new Uint8Array(bytes, packedAt, packedLength)
    parts.set(packedAt, part)
    return part
  })
}

function joined(parts: readonly Uint8Array[], length: number): ArrayBuffer {
  const bytes = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes.buffer
}

/** A copy of what has to be replaced somewhere; all else stays itself. A job has few fields with objects, so this takes little. */
function replaced(value: unknown, instead: (value: object) => object | null): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Map) return value
  const other = instead(value)
  if (other) return other
  if (Array.isArray(value)) return value.map((one) => replaced(one, instead))
  let copy: Record<string, unknown> | null = null
  for (const [name, one] of Object.entries(value)) {
    if (typeof one !== 'object' || one === null) continue
    const fresh = replaced(one, instead)
    if (fresh !== one) copy = { ...(copy ?? value), [name]: fresh }
  }
  return copy ?? value
}
