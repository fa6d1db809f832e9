import { BoundedMap } from '../../lib/bounded-map.js'
import { MAX_QUEUES } from '../../protocol/index.js'
import { own, readNumber } from '../../protocol/read.js'
import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asList, asNumber, asText } from '../../redis/replies.js'
import { sendInPortions } from '../shared/redis.js'
import { parseObject } from './payload.js'

interface Count {
  /** Jobs that snapshots subtracted since the first reading. */
  readonly base: number
  readonly current: number
  readonly snapshotAt: number
  /** Whether the count fell without a snapshot that explains it yet. */
  readonly isFalling: boolean
}

/**
 * Number of jobs that ended since the first reading. Horizon counts up to its next snapshot, which moves the count into itself; the total
 * continues across snapshots. Failed jobs are not included.
 */
export class Throughput {
  /** An entry that was evicted restarts: its rate is unknown for one reading. */
  readonly #counts = new BoundedMap<string, Count>(2 * MAX_QUEUES)

  /** @param names as in the app @returns totals by name */
  async read(connection: Connection, horizon: string, names: readonly string[]): Promise<Map<string, number>> {
    const replies = await sendInPortions(
      connection,
      names.flatMap((name): Command[] => [
        ['hget', `${horizon}queue:${name}`, 'throughput'],
        ['zrange', `${horizon}snapshot:queue:${name}`, -1, -1],
      ]),
    )
    const totals = new Map<string, number>()
    for (const [index, name] of names.entries()) {
      const [count, snapshot] = [replies[index * 2], replies[index * 2 + 1]]
      if (count?.error || snapshot?.error) continue
      const current = asNumber(asText(count?.value)) ?? 0
      const next = nextCount(this.#counts.get(horizon + name), current, snapshotOf(snapshot?.value))
      this.#counts.set(horizon + name, next)
      totals.set(name, next.base + next.current)
    }
    return totals
  }
}

interface Snapshot {
  readonly at: number
  readonly throughput: number
}

function snapshotOf(reply: unknown): Snapshot {
  const fields = parseObject(asText(asList(reply)[0]) ?? '')
  if (!fields) return { at: 0, throughput: 0 }
  return { at: Number(own(fields, 'time')) || 0, throughput: readNumber(fields, 'throughput') ?? 0 }
}

function nextCount(last: Count | undefined, current: number, snapshot: Snapshot): Count {
  const first = { base: 0, current, snapshotAt: snapshot.at, isFalling: false }
  if (!last) return first
  if (snapshot.at > last.snapshotAt)
    return {
      base: last.base + Math.max(snapshot.throughput, last.current),
      current,
      snapshotAt: snapshot.at,
      isFalling: false,
    }
  if (current >= last.current) return { ...last, current, isFalling: false }
  // Between the two steps of a snapshot; if no snapshot follows, the metrics were cleared.
  if (!last.isFalling) return { ...last, isFalling: true }
  return { ...last, base: last.base + last.current, current, isFalling: false }
}
