import { nextTurn } from '../../lib/async.js'
import type {
  ArchivedCount,
  ArchivedJob,
  ArchivedJobFilter,
  ArchivedJobQuery,
  ArchivePage,
  JobFacet,
  JobFacets,
} from '../../ports/index.js'
import { checkLimit } from '../shared/checks.js'
import { markOf, readMark } from '../shared/marks.js'
import { PayloadRoom } from '../shared/payload-room.js'
import { fulfilsPhrases } from '../shared/phrases.js'
import { storableText } from '../shared/texts.js'
import { payloadOf } from './blocks.js'
import { type Plan, planOf } from './conditions.js'
import type { Day } from './day.js'
import type { Days } from './days.js'
import { DAY_MS } from './layout.js'
import { byBytes, type JobRow, ORDER, type Place, placeOf, searchDay } from './search.js'
import { HOUR_MS, OUTCOMES } from './write-jobs.js'

/** Candidates for a phrase that are read at once. */
const FIRST_CANDIDATES = 100
const MAX_CANDIDATES = 2_000
const MAX_ATTEMPTS = 1_000

/** @param maxTextBytes of payloads, decompressed, that one query reads for a phrase; the page ends there, and the next one continues */
export async function readJobs(
  days: Days,
  { limit, after, withPayloads = false, ...filter }: ArchivedJobQuery,
  maxTextBytes: number,
): Promise<ArchivePage<ArchivedJob>> {
  checkLimit(limit)
  const place = readMark(after, ['number', 'string', 'string', 'number'])
  const walk = new Walk(days, filter, maxTextBytes)
  const items: ArchivedJob[] = []
  let last: Place | null = null
  let isMore = false
  const read = (day: Day, row: JobRow) => ({ job: jobOf(day, row, withPayloads), at: placeOf(day, row) })
  for await (const found of walk.from(place, limit + 1, read)) {
    isMore = items.length + found.length > limit
    for (const { job, at } of found.slice(0, limit - items.length)) {
      items.push(job)
      last = at
    }
  }
  const next = isMore ? last : walk.stopped
  return { items, next: next && markOf(next) }
}

type Read<T> = (day: Day, row: JobRow) => T

/** Attempts that fulfil all conditions, day by day, newest first. */
export class Walk {
  /** Where it stopped because it had read too much text; null if it did not. */
  stopped: Place | null = null
  readonly #days: Days
  readonly #plan: Plan
  #textLeft: number

  constructor(days: Days, filter: ArchivedJobFilter, maxTextBytes: number) {
    this.#days = days
    this.#plan = planOf(filter)
    this.#textLeft = maxTextBytes
  }

  /** At most `limit` attempts after a place, each read from its day at once: a day may be closed at every turn. */
  async *from<T>(after: Place | null, limit: number, read: Read<T>): AsyncGenerator<readonly T[]> {
    const { from, to } = this.#plan
    let left = limit
    for (const name of this.#days.between(from, after ? Math.min(to, after[0] + 1) : to)) {
      for await (const found of this.#through(name, after, left, read)) {
        left -= found.length
        yield found
        if (left === 0) return
      }
      if (this.stopped) return
      await nextTurn()
    }
  }

  async *#through<T>(name: string, after: Place | null, limit: number, read: Read<T>): AsyncGenerator<readonly T[]> {
    let place = after
    let left = limit
    let size = this.#plan.phrases.length > 0 ? Math.min(FIRST_CANDIDATES, limit) : limit
    for (;;) {
      const part = this.#days.read(name, (day) => this.#look(day, place, size, left, read))
      if (!part) return
      left -= part.found.length
      if (part.found.length > 0) yield part.found
      if (this.#textLeft <= 0) this.stopped = part.last
      if (part.isEnd || this.stopped) return
      place = part.last
      size = Math.min(size * 2, MAX_CANDIDATES)
      await nextTurn()
    }
  }

  #look<T>(day: Day, after: Place | null, size: number, most: number, read: Read<T>) {
    const candidates = searchDay(day, this.#plan, after, size)
    const found: T[] = []
    let last: JobRow | undefined
    for (const row of candidates) {
      if (found.length === most || (last && this.#textLeft <= 0)) break
      last = row
      if (this.#hasPhrases(day, row)) found.push(read(day, row))
    }
    const isEnd = candidates.length < size && last === candidates.at(-1)
    return { found, last: last ? placeOf(day, last) : null, isEnd }
  }

  #hasPhrases(day: Day, { id }: JobRow): boolean {
    const { phrases } = this.#plan
    if (phrases.length === 0) return true
    if (day.isTextDamaged) return false
    const text = day.readText() ? (day.payload(id)?.[2] ?? null) : null
    this.#textLeft -= text?.length ?? 0
    return fulfilsPhrases(text, phrases)
  }
}

export function jobOf(day: Day, row: JobRow, withPayload: boolean): ArchivedJob {
  const entry = withPayload && day.readText() ? day.payload(row.id) : null
  return {
    queue: day.label(row.queue),
    queueName: day.label(row.queue_name),
    id: row.job,
    name: day.label(row.name),
    outcome: OUTCOMES[row.outcome] ?? 'completed',
    attempt: row.attempt,
    addedAt: row.added,
    startedAt: row.started,
    finishedAt: row.finished,
    waitMs: row.wait,
    runMs: row.run,
    service: row.service === null ? null : day.label(row.service),
    node: row.node === null ? null : day.label(row.node),
    error: row.error,
    payload: entry && payloadOf(entry),
  }
}

/** The fields that are counted. */
type Faceted = keyof JobFacets['fields']

/** @param maxTextBytes of payloads, decompressed, that are read for a phrase; counting stops there */
export async function readFacets(
  days: Days,
  filter: ArchivedJobFilter,
  limit: number,
  maxTextBytes: number,
): Promise<JobFacets> {
  const counts: Record<Faceted, Map<string, number>> = {
    outcome: new Map(),
    queueName: new Map(),
    name: new Map(),
    service: new Map(),
  }
  let total = 0
  let isPartial = false
  const walk = new Walk(days, filter, maxTextBytes)
  for await (const found of walk.from(null, limit + 1, valuesOf)) {
    const counted = found.slice(0, limit - total)
    isPartial = counted.length < found.length
    total += counted.length
    countInto(counts, counted)
  }
  if (walk.stopped) isPartial = true
  const fields = Object.fromEntries(Object.entries(counts).map(([field, values]) => [field, facetsOf(values)]))
  return { total, isPartial, fields: fields as Record<Faceted, readonly JobFacet[]> }
}

type Values = Readonly<Record<Faceted, string | null>>

function valuesOf(day: Day, row: JobRow): Values {
  return {
    outcome: OUTCOMES[row.outcome] ?? null,
    queueName: day.label(row.queue_name),
    name: day.label(row.name),
    service: row.service === null ? null : day.label(row.service),
  }
}

function countInto(counts: Record<Faceted, Map<string, number>>, all: readonly Values[]): void {
  for (const values of all)
    for (const [field, value] of Object.entries(values) as [Faceted, string | null][])
      if (value !== null) counts[field].set(value, (counts[field].get(value) ?? 0) + 1)
}

function facetsOf(values: ReadonlyMap<string, number>): readonly JobFacet[] {
  return [...values]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || byBytes(a.value, b.value))
}

/** All attempts of a job, oldest first. */
export async function readAttempts(days: Days, queue: string, id: string): Promise<readonly ArchivedJob[]> {
  const found: ArchivedJob[] = []
  const room = new PayloadRoom()
  for (const name of days.between(0, Number.MAX_SAFE_INTEGER)) {
    const jobs = days.read(name, (day) => attemptsIn(day, storableText(queue), storableText(id), room))
    found.push(...(jobs ?? []))
    if (found.length >= MAX_ATTEMPTS) break
  }
  return found.slice(0, MAX_ATTEMPTS).reverse()
}

function attemptsIn(day: Day, queue: string, id: string, room: PayloadRoom): readonly ArchivedJob[] {
  const label = day.labelId(queue)
  if (label === null) return []
  const sql = `SELECT j.* FROM jobs j WHERE j.queue = ? AND j.job = ? ${ORDER} LIMIT ${MAX_ATTEMPTS}`
  return day.db.all<JobRow>(sql, [label, id]).map((row) => room.fit(jobOf(day, row, true)))
}

const RUNNING = `SELECT j.* FROM jobs j WHERE j.finished > ? AND j.finished <= ? + (SELECT max(longest) FROM spans)
  AND j.started <= ? ORDER BY j.started, (SELECT value FROM labels WHERE id = j.queue), j.job LIMIT ?`

/** Attempts that had started and not ended, by start. */
export async function readRunning(days: Days, at: number, limit: number): Promise<readonly ArchivedJob[]> {
  const found: ArchivedJob[] = []
  for (const name of days.between(at, Number.MAX_SAFE_INTEGER)) {
    const jobs = days.read(name, (day) =>
      day.db.all<JobRow>(RUNNING, [at, at, at, limit]).map((row) => jobOf(day, row, false)),
    )
    found.push(...(jobs ?? []))
    await nextTurn()
  }
  return found.sort(byStart).slice(0, limit)
}

function byStart(a: ArchivedJob, b: ArchivedJob): number {
  return (a.startedAt ?? 0) - (b.startedAt ?? 0) || byBytes(a.queue, b.queue) || byBytes(a.id, b.id)
}

const BY_HOUR = `SELECT queue, queue_name, service, sum(count) AS count FROM tally
  WHERE hour >= ? AND hour < ? GROUP BY queue, queue_name, service`
const BY_ROW = `SELECT queue, queue_name, coalesce(service, 0) AS service, count(*) AS count FROM jobs
  WHERE finished >= ? AND finished < ? GROUP BY 1, 2, 3`

interface CountRow {
  readonly queue: number
  readonly queue_name: number
  readonly service: number
  readonly count: number
}

/** Whole hours are counted already; what is left at both ends is counted row by row. */
export async function readCounts(days: Days, from: number, to: number): Promise<readonly ArchivedCount[]> {
  const counts = new Map<string, ArchivedCount>()
  for (const name of days.between(from, to)) {
    days.read(name, (day) => {
      for (const row of countsIn(day, Math.max(from, day.start), Math.min(to, day.start + DAY_MS)))
        add(counts, day, row)
    })
    await nextTurn()
  }
  return [...counts.values()].filter(({ attempts }) => attempts > 0)
}

function countsIn(day: Day, from: number, to: number): readonly CountRow[] {
  const first = Math.ceil(from / HOUR_MS)
  const last = Math.floor(to / HOUR_MS)
  if (first > last) return day.db.all<CountRow>(BY_ROW, [from, to])
  return [
    ...day.db.all<CountRow>(BY_ROW, [from, first * HOUR_MS]),
    ...day.db.all<CountRow>(BY_HOUR, [first, last]),
    ...day.db.all<CountRow>(BY_ROW, [last * HOUR_MS, to]),
  ]
}

function add(counts: Map<string, ArchivedCount>, day: Day, row: CountRow): void {
  const service = row.service === 0 ? null : day.label(row.service)
  const one = { queue: day.label(row.queue), queueName: day.label(row.queue_name), service }
  const key = JSON.stringify(Object.values(one))
  counts.set(key, { ...one, attempts: (counts.get(key)?.attempts ?? 0) + row.count })
}
