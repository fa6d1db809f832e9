import type { StreamLoss } from '../../ports/index.js'
import type { Connection } from '../../redis/connection.js'
import { asEntries, asNumber, asText } from '../../redis/replies.js'
import { send } from '../../redis/send.js'
import { compareIds } from './stream-ids.js'
import { isAboutKey } from './texts.js'

/** Where a stream begins and ends. */
interface Bounds {
  /** Number of entries ever added; null before Redis 7. */
  readonly added: number | null
  readonly length: number
  readonly last: string
  /** Null in an empty stream. */
  readonly first: string | null
}

/** Where a follower stands: `1767225600000-0@1200`, the id of the last entry read, and how many had been added up to it. */
interface Position {
  readonly id: string
  /** Null if unknown. */
  readonly added: number | null
}

/** For a Redis user that may not ask: nothing is known to be lost then. */
const UNKNOWN: Bounds = { added: null, length: 0, last: '18446744073709551615-0', first: null }

/** @returns null without a stream at the key. Rejects when Redis does not answer. */
export async function positionOf(connection: Connection, key: string): Promise<Bounds | null> {
  const [reply] = await send(connection, [['xinfo', 'STREAM', key]])
  if (reply?.error?.code === 'NOPERM') return UNKNOWN
  if (reply?.error && (isAboutKey(reply) || /no such key/i.test(reply.error.message))) return null
  if (reply?.error) throw reply.error
  const fields = fieldsOf(reply?.value)
  const last = asText(fields.get('last-generated-id'))
  if (last === null) return null
  return {
    added: asNumber(fields.get('entries-added')),
    length: asNumber(fields.get('length')) ?? 0,
    last,
    first: asEntries([fields.get('first-entry')])[0]?.id ?? null,
  }
}

function fieldsOf(reply: unknown): Map<string, unknown> {
  if (!Array.isArray(reply)) return new Map(Object.entries(reply ?? {}))
  return new Map(reply.flatMap((name, index) => (index % 2 === 0 ? [[String(name), reply[index + 1]] as const] : [])))
}

/** Where to read on, and what was lost before it. */
export function startOf(
  bounds: Bounds,
  known: Position | null,
): { readonly after: string | null; readonly added: number | null; readonly lost: StreamLoss | null } {
  const trimmed = bounds.added === null ? null : bounds.added - bounds.length
  if (!known) return { after: null, added: trimmed, lost: null }
  if (isReplaced(bounds, known)) {
    return { after: null, added: trimmed, lost: lossOf(known, bounds, null) }
  }
  const isWhole = !bounds.first || compareIds(known.id, bounds.first) >= 0
  if (isWhole || trimmed === null) return { after: known.id, added: known.added, lost: null }
  const count = known.added === null ? 0 : trimmed - known.added
  return { after: known.id, added: trimmed, lost: count > 0 ? lossOf(known, bounds, count) : null }
}

/** Deleted and filled again, or an older replica took over: its ids or its count are behind what was read. */
function isReplaced({ last, added, length, first }: Bounds, known: Position): boolean {
  if (compareIds(last, known.id) < 0) return true
  if (added === null || known.added === null) return false
  // Where what was read is gone, all of it has to be among what is gone.
  const isGone = first !== null && compareIds(first, known.id) > 0
  return (isGone ? added - length : added) < known.added
}

function lossOf(known: Position, bounds: Bounds, count: number | null): StreamLoss {
  const from = msOf(known.id)
  return { count, from, to: Math.max(from, msOf(bounds.first ?? bounds.last)) }
}

/** @param added entries up to the one before the first that was read @param read number of entries read */
export function formatPosition(id: string, added: number | null, read: number): string {
  return added === null ? id : `${id}@${added + read}`
}

/** @returns null for any other text */
export function parsePosition(text: string | null): Position | null {
  const match = /^(\d+-\d+)(?:@(\d+))?$/.exec(text ?? '')
  if (!match?.[1]) return null
  return { id: match[1], added: match[2] === undefined ? null : Number(match[2]) }
}

function msOf(id: string): number {
  return Number.parseInt(id, 10)
}
