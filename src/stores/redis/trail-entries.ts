import { nextTurn } from '../../lib/async.js'
import { MAX_AUDIT_LINE_CHARS } from '../../protocol/read-limits.js'
import type { Connection } from '../../redis/connection.js'
import { asEntries, asText, type StreamEntry } from '../../redis/replies.js'
import { ask } from '../../redis/send.js'
import { bytesOf, ChunkSize } from './chunks.js'
import { Turns } from './turns.js'

/** Limits for reading the trail. */
export interface TrailPart {
  /** Reads lines older than this id; null: from the newest on. */
  readonly before: string | null
  readonly most: number
  readonly mostBytes: number
}

/**
 * Entries of the trail, newest first, within the limits; yields to the event loop between them.
 *
 * @throws RedisError when Redis does not answer
 */
export async function* newestEntries(
  connection: Connection,
  key: string,
  part: TrailPart,
): AsyncGenerator<StreamEntry> {
  const size = new ChunkSize(part.mostBytes)
  const turns = new Turns()
  let end = part.before === null ? '+' : `(${part.before}`
  while (size.entries < part.most && !size.isFull) {
    const count = size.next(part.most - size.entries)
    const entries = asEntries(await ask(connection, ['xrevrange', key, end, '-', 'COUNT', count]))
    for (const entry of entries) {
      const bytes = bytesOf(entry)
      size.add(1, bytes)
      if (turns.isDue(bytes)) await nextTurn()
      yield entry
    }
    if (entries.length < count) return
    end = `(${entries.at(-1)?.id}`
  }
}

/** Null without a text, or when it is longer than any line that Zenith writes. */
export function lineTextOf({ fields }: StreamEntry): string | null {
  const text = asText(fields.data)
  return text !== null && text.length <= MAX_AUDIT_LINE_CHARS ? text : null
}
