/** Redis 6 clients may map replies in two ways: RESP2's flat arrays and texts, RESP3's pairs, objects and numbers. */

/** One that JSON can write, too; otherwise null. */
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

/** How many members an answer has, those that can't be read among them. */
export function countScored(reply: unknown): number {
  return pairsOf(reply).length
}

export interface StreamEntry {
  readonly id: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** Entries of XRANGE and XREVRANGE. */
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

/** Empty text for what was too large to be loaded, in whose place there is an error. */
function nameOf(value: unknown): string {
  return value instanceof Error ? '' : String(value)
}

/** Of HGETALL: what is no text is left out. */
export function textsOf(reply: unknown): Map<string, string> {
  return new Map(
    pairsOf(reply).flatMap(([field, value]) => {
      const text = asText(value)
      return text === null ? [] : [[field, text] as const]
    }),
  )
}

/** Of HGETALL: null for what is no text, such as one that was too large to be loaded. */
export function fieldsOfHash(reply: unknown): [name: string, text: string | null][] {
  return pairsOf(reply).map(([name, value]) => [name, asText(value)])
}
