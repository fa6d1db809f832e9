import { type Keys, MAX_AUDIT_ENTRIES, parseAuditEntry } from '../../protocol/index.js'
import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asEntries, asText, type StreamEntry } from '../../redis/replies.js'
import { ask, send } from '../../redis/send.js'
import { boundedLine } from '../limits.js'

const SLICE = 200
/** Ids further in the future are not copied: no line could be appended after them. ms */
const MAX_AHEAD_MS = 24 * 60 * 60_000

export interface CopiedTrail {
  readonly count: number
  /** Id of the newest copied line; null without one. */
  readonly lastId: string | null
}

export interface CopyOptions {
  /** Redis' clock, Unix ms. */
  readonly now: number
  /** Called between two batches, to renew the lease. */
  readonly renew: () => Promise<void>
}

/**
 * Copies the newest lines of an earlier version's trail under their own ids, so that none is copied twice. Lines are parsed and encoded
 * again, which drops anything that does not belong to a line.
 */
export async function copyLegacyTrail(
  connection: Connection,
  keys: Keys,
  { now, renew }: CopyOptions,
): Promise<CopiedTrail> {
  let [count, lastId]: [number, string | null] = [0, null]
  const isOfNow = ({ id }: StreamEntry) => msOf(id) <= now + MAX_AHEAD_MS
  let from = await startOf(connection, keys)
  // Bounded, although others may keep writing there.
  for (let slices = 0; from !== null && slices < 2 * (MAX_AUDIT_ENTRIES / SLICE); slices++) {
    const command: Command = ['xrange', keys.former.audit, from, '+', 'COUNT', SLICE]
    const entries = asEntries(await ask(connection, command))
    const lines = entries.filter(isOfNow).flatMap(lineOf)
    const replies = await send(
      connection,
      lines.map(({ id, data }): Command => ['xadd', keys.audit, 'MAXLEN', '~', MAX_AUDIT_ENTRIES, id, 'data', data]),
    )
    const error = replies.find((reply) => reply.error && !/equal or smaller/.test(reply.error.message))?.error
    if (error) throw error
    count += lines.length
    lastId = entries.findLast(isOfNow)?.id ?? lastId
    from = entries.length < SLICE ? null : `(${entries.at(-1)?.id}`
    await renew()
  }
  return { count, lastId }
}

/** Id of the oldest line to copy. */
async function startOf(connection: Connection, keys: Keys): Promise<string | null> {
  let [start, end]: [string | null, string] = [null, '+']
  for (let count = 0; count < MAX_AUDIT_ENTRIES; count += SLICE) {
    const entries = asEntries(await ask(connection, ['xrevrange', keys.former.audit, end, '-', 'COUNT', SLICE]))
    start = entries.at(-1)?.id ?? start
    if (entries.length < SLICE) break
    end = `(${start}`
  }
  return start
}

/** The newest copied line after a complete copy; later lines may have been written since. */
export async function lastCopied(connection: Connection, keys: Keys): Promise<CopiedTrail> {
  let end = '+'
  for (let slices = 0; slices < MAX_AUDIT_ENTRIES / SLICE; slices++) {
    const former = asEntries(await ask(connection, ['xrevrange', keys.former.audit, end, '-', 'COUNT', SLICE]))
    const replies = await send(
      connection,
      former.map(({ id }): Command => ['xrange', keys.audit, id, id]),
    )
    const found = former.find((_, index) => asEntries(replies[index]?.value).length > 0)
    if (found) return { count: 0, lastId: found.id }
    if (former.length < SLICE) break
    end = `(${former.at(-1)?.id}`
  }
  return { count: 0, lastId: null }
}

function msOf(id: string): number {
  return Number(id.split('-')[0])
}

function lineOf({ id, fields }: StreamEntry): { id: string; data: string }[] {
  const entry = parseAuditEntry(asText(fields.data), id)
  return entry ? [{ id, data: JSON.stringify(boundedLine(entry)) }] : []
}
