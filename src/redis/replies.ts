/** Clients of Redis 6 map replies in two ways: flat arrays and texts for RESP2; pairs, objects and numbers for RESP3. */

/** A finite number, which JSON can express; otherwise null. */
export function asNumber(value: unknown): number | null {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : null
}

export function asText(value: unknown): string | null {
  if (typeof value === 'string') return value
  return Buffer.isBuffer(value) ? value.toString() : null
}

export function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

/** Members with their scores. */
export function asScored(reply: unknown): { member: string; score: number }[] {
  const scored: { member: string; score: number }[] = []
  for (const [member, value] of pairsOf(reply)) {
    const text = asText(member)
    const score = asNumber(value)
    if (text !== null && score !== null) scored.push({ member: text, score })
  }
  return scored
}

/** Number of members in a reply, including unreadable ones. */
export function countScored(reply: unknown): number {
  return pairsOf(reply).length
}

export interface StreamEntry {
  readonly id: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** Parses the entries of XRANGE and XREVRANGE. */
export function asEntries(reply: unknown): StreamEntry[] {
  return asList(reply).flatMap((entry) => {
    const [id, fields] = asList(entry)
    const text = asText(id)
    return text === null ? [] : [{ id: text, fields: Object.fromEntries(pairsOf(fields)) }]
  })
}

function pairsOf(reply: unknown): [string, unknown][] {
  if (typeof reply === 'object' && reply !== null && !Array.isArray(reply)) return Object.entries(reply)
  const list = asList(reply)
  const flat = list.every(Array.isArray) ? list.flat() : list
  const pairs: [string, unknown][] = []
  for (let index = 0; index + 1 < flat.length; index += 2) pairs.push([nameOf(flat[index]), flat[index + 1]])
  return pairs
}

/** Empty for a value that was too large to be loaded, which an error replaces. */
function nameOf(value: unknown): string {
  return value instanceof Error ? '' : String(value)
}

/** Parses a reply of HGETALL; values other than texts are left out. */
export function textsOf(reply: unknown): Map<string, string> {
  return new Map(
    pairsOf(reply).flatMap(([field, value]) => {
      const text = asText(value)
      return text === null ? [] : [[field, text] as const]
    }),
  )
}

/** Parses a reply of HGETALL: null for a value that is not a text, such as one that was too large to be loaded. */
export function fieldsOfHash(reply: unknown): [name: string, text: string | null][] {
  return pairsOf(reply).map(([name, value]) => [name, asText(value)])
}
