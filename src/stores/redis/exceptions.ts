import type { Page } from '../../ports.js'
import { type ExceptionRecord, parseException } from '../../protocol/index.js'
import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asScored } from '../../redis/replies.js'
import { type Reply, send } from '../../redis/send.js'
import type { Verifier } from '../../signing/verifier.js'
import { fingerprintOf } from './repeats.js'
import type { ServerClock } from './server-clock.js'
import { joinPages } from './streams.js'
import { isAboutKey } from './texts.js'
import { timeOfScore } from './times.js'
import { PageGate } from './trusted.js'

/**
 * Scores are the times of many clocks, and several members may have one score. So a page begins so long before the
 * newest score of the page before, in ms, and leaves out what that one had.
 */
const OVERLAP_MS = 30_000

interface Cursor {
  readonly score: number
  /** Fingerprints of the members within the overlap. */
  readonly seen: ReadonlySet<string>
}

/** The newest exceptions of several keys after a cursor. */
export async function readExceptions(
  connection: Connection,
  clock: ServerClock,
  verifier: Verifier | null,
  query: { service: string; keys: readonly string[]; after: string | null; limit: number },
): Promise<Page<ExceptionRecord>> {
  const cursors = (query.after ?? '').split(';')
  const limit = Math.max(0, Math.floor(query.limit))
  const commands = query.keys.map((key, index): Command => {
    const cursor = parseCursor(cursors[index])
    const from = cursor ? cursor.score - OVERLAP_MS : '-inf'
    return ['zrevrangebyscore', key, '+inf', from, 'WITHSCORES', 'LIMIT', 0, limit]
  })
  const replies = await send(connection, commands)
  const now = clock.now() ?? Date.now()
  const pages = replies.map((reply, index) => {
    const source = { service: query.service, key: query.keys[index] ?? '', after: cursors[index] ?? '', now }
    return pageOf(reply, source, verifier)
  })
  return joinPages(pages)
}

interface Source {
  readonly service: string
  readonly key: string
  readonly after: string
  readonly now: number
}

function pageOf(reply: Reply, source: Source, verifier: Verifier | null): Page<ExceptionRecord> {
  const { service, key, after, now } = source
  if (reply.error && isAboutKey(reply)) return { records: [], unreadable: 1, cursor: after || null }
  if (reply.error) throw reply.error
  const members = asScored(reply.value).reverse()
  const seen = parseCursor(after)?.seen
  const records: ExceptionRecord[] = []
  const gate = new PageGate(verifier)
  let unreadable = 0
  for (const { member, score } of members) {
    if (seen?.has(fingerprintOf(member))) continue
    const record = parseException(member, { service, ts: timeOfScore(score, now) })
    if (!record) unreadable += 1
    else if (gate.admits(verifier?.json(key, member) ?? null)) records.push(record)
  }
  return { records, unreadable, cursor: cursorOf(members, now) ?? (after || null), ...gate.report }
}

/** A score that lies in the future does not hide what is written from now on. */
function cursorOf(members: readonly { member: string; score: number }[], now: number): string | null {
  const newest = members.at(-1)
  if (!newest) return null
  const score = Math.min(newest.score, now)
  const recent = members.filter((entry) => entry.score >= score - OVERLAP_MS)
  return `${score}:${recent.map((entry) => fingerprintOf(entry.member)).join(',')}`
}

function parseCursor(text: string | undefined): Cursor | null {
  const match = /^(-?[\d.]+(?:e[+-]?\d+)?):([\w,-]*)$/.exec(text ?? '')
  if (!match) return null
  return { score: Number(match[1]), seen: new Set(match[2]?.split(',')) }
}
