import type { ExceptionRecord, SlowEntry } from '../protocol/index.js'
import { exceptionGroupIdentity, slowGroupIdentity } from './identity.js'
import type { ExceptionGroup, ExceptionMinutes, SlowGroup } from './services.js'

/** Groups records, for the server and the page alike. */

/** Maximum number of routes named per origin. */
const MAX_ROUTES = 5

/** Groups by service, kind and name; the most frequent first. @param newestFirst in that order */
export function groupSlow(newestFirst: readonly SlowEntry[]): SlowGroup[] {
  const groups = groupBy(newestFirst, slowGroupIdentity)
  const views = groups.map(([newest, entries]) => ({
    service: newest.service,
    kind: newest.kind,
    name: newest.name,
    count: entries.length,
    slowestMs: entries.reduce((slowest, entry) => Math.max(slowest, entry.durationMs), 0),
    last: newest.ts,
    thresholdMs: newest.thresholdMs,
  }))
  return views.sort((a, b) => b.count - a.count || b.slowestMs - a.slowestMs)
}

/** A span of time, Unix ms. */
export interface Span {
  readonly from: number
  readonly until: number
}

/** The time of which exceptions were grouped. */
export interface ExceptionsRead extends Span {
  /** From when on all exceptions of a service were read, Unix ms; null: from the beginning. */
  readonly since: (service: string) => number | null
}

/**
 * Groups by service and fingerprint; the group with the newest exception first.
 *
 * @param newestFirst in that order
 * @param read without it the groups have no counts by minute
 */
export function groupExceptions(newestFirst: readonly ExceptionRecord[], read?: ExceptionsRead): ExceptionGroup[] {
  const groups = groupBy(newestFirst, exceptionGroupIdentity)
  return groups.map(([newest, records]) => ({
    service: newest.service,
    fingerprint: newest.fingerprint,
    name: newest.name,
    message: newest.message,
    count: records.length,
    handled: records.filter((record) => record.handled).length,
    first: (records.at(-1) ?? newest).ts,
    last: newest.ts,
    routes: mostFrequent(records.flatMap(({ route, queue }) => route ?? queue ?? [])),
    sample: newest,
    ...(read && { minutes: minutesOf(records, read, read.since(newest.service)) }),
  }))
}

const MINUTE_MS = 60_000

/** The whole minutes of a span, with the one that has begun. A minute of which a part was not read has no count. */
function minutesOf(records: readonly ExceptionRecord[], { from, until }: Span, since: number | null): ExceptionMinutes {
  const last = Math.floor(until / MINUTE_MS) * MINUTE_MS
  const start = Math.min(last, Math.ceil(from / MINUTE_MS) * MINUTE_MS)
  const counts = Array.from({ length: (last - start) / MINUTE_MS + 1 }, (_, minute): number | null =>
    since !== null && start + minute * MINUTE_MS < since ? null : 0,
  )
  for (const { ts } of records) {
    const minute = Math.floor((ts - start) / MINUTE_MS)
    const known = counts[minute]
    if (typeof known === 'number') counts[minute] = known + 1
  }
  return { start, counts }
}

/** Groups in the order of their first members, each with that member. */
function groupBy<T>(records: readonly T[], keyOf: (record: T) => string): [first: T, all: T[]][] {
  const groups = new Map<string, [T, T[]]>()
  for (const record of records) {
    const key = keyOf(record)
    const group = groups.get(key)
    if (group) group[1].push(record)
    else groups.set(key, [record, [record]])
  }
  return [...groups.values()]
}

function mostFrequent(names: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  const sorted = [...counts].sort(([, a], [, b]) => b - a)
  return sorted.slice(0, MAX_ROUTES).map(([name]) => name)
}
