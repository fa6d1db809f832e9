import type { AttemptOutcome, IndexedJob } from '../../ports/index.js'
import type { SqlValue } from '../../sql/sqlite/binding.js'
import { type Entry, splitBlocks } from './blocks.js'
import type { Day } from './day.js'
import { TEXT } from './schema.js'
import { encodeTerms } from './terms.js'

export const OUTCOMES: readonly AttemptOutcome[] = ['completed', 'failed', 'retried']
export const HOUR_MS = 3_600_000

const LAST = 'SELECT max(id) AS last FROM jobs'
const COLUMNS =
  'id, queue, job, finished, started, added, outcome, queue_name, name, attempt, wait, run, service, node, error'
const INSERT = `INSERT INTO jobs (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
const FILL_IN = `UPDATE jobs SET added = coalesce(added, ?), started = coalesce(started, ?), attempt = coalesce(attempt, ?), wait = coalesce(wait, ?),
  run = coalesce(run, ?), service = coalesce(service, ?), node = coalesce(node, ?), error = coalesce(error, ?) WHERE id = ?`
const TALLY = `INSERT INTO tally (hour, queue, queue_name, service, count) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET count = count + excluded.count`
const SPAN = 'INSERT OR REPLACE INTO spans (first, last, newest, longest) VALUES (?, ?, ?, ?)'

/** A job and the day where it is or will be. */
export interface Placed {
  readonly job: IndexedJob
  /** Its id in the day; null if it is new. */
  readonly known: number | null
}

interface Numbered extends Placed {
  readonly id: number
}

/** Writes attempts of a day, which differ from each other: first their texts, then their rows. Writing them again changes nothing. */
export function writeJobs(day: Day, jobs: readonly Placed[]): void {
  if (jobs.some(({ job }) => job.payload)) day.writeText()
  const numbered = number(day, jobs)
  const texts = numbered.filter(({ job, known }) => job.payload && (known === null || !day.payload(known)))
  if (texts.length > 0) day.db.transaction(() => writeTexts(day, texts))
  day.db.transaction(() => writeRows(day, numbered))
}

function number(day: Day, jobs: readonly Placed[]): readonly Numbered[] {
  let last = day.db.get<{ last: number | null }>(LAST)?.last ?? 0
  return jobs.map(({ job, known }) => ({ id: known ?? ++last, job, known }))
}

function writeTexts(day: Day, texts: readonly Numbered[]): void {
  // FTS5 is fastest when ids ascend.
  const sorted = [...texts].sort((a, b) => a.id - b.id)
  for (const { id, job } of sorted)
    if (job.terms.length > 0)
      day.db.run(`INSERT INTO ${TEXT}.terms (rowid, t) VALUES (?, ?)`, [id, encodeTerms(job.terms)])
  const entries = sorted.flatMap(({ id, job: { payload } }): Entry[] =>
    payload ? [[id, payload.isCut ? 1 : 0, payload.text]] : [],
  )
  let block = day.db.get<{ last: number | null }>(`SELECT max(id) AS last FROM ${TEXT}.blocks`)?.last ?? 0
  for (const group of splitBlocks(entries)) {
    day.writeBlock(++block, group)
    for (const [id] of group) day.db.run(`INSERT INTO ${TEXT}.payloads (id, block) VALUES (?, ?)`, [id, block])
  }
}

function writeRows(day: Day, placed: readonly Numbered[]): void {
  const added = placed.filter(({ known }) => known === null)
  for (const { id, job } of added) day.db.run(INSERT, rowOf(day, id, job))
  for (const { id, job, known } of placed) if (known !== null) fillIn(day, id, job)
  tally(
    day,
    added.map(({ job }) => job),
  )
  writeSpan(day, added)
}

function rowOf(day: Day, id: number, job: IndexedJob): SqlValue[] {
  const label = (value: string | null) => (value === null ? null : day.addLabel(value))
  return [
    id,
    day.addLabel(job.queue),
    job.id,
    job.finishedAt,
    job.startedAt,
    job.addedAt,
    OUTCOMES.indexOf(job.outcome),
    day.addLabel(job.queueName),
    day.addLabel(job.name),
    job.attempt,
    job.waitMs,
    job.runMs,
    label(job.service),
    label(job.node),
    job.error,
  ]
}

function fillIn(day: Day, id: number, job: IndexedJob): void {
  const label = (value: string | null) => (value === null ? null : day.addLabel(value))
  const before = serviceOf(day, id)
  const service = label(job.service)
  const values = [
    job.addedAt,
    job.startedAt,
    job.attempt,
    job.waitMs,
    job.runMs,
    service,
    label(job.node),
    job.error,
    id,
  ]
  day.db.run(FILL_IN, values)
  if (!before || before.service !== null || service === null) return
  day.db.run(TALLY, [before.hour, before.queue, before.queue_name, 0, -1])
  day.db.run(TALLY, [before.hour, before.queue, before.queue_name, service, 1])
}

function serviceOf(day: Day, id: number) {
  return day.db.get<{ queue: number; queue_name: number; service: number | null; hour: number }>(
    `SELECT queue, queue_name, service, CAST(finished / ${HOUR_MS} AS INTEGER) AS hour FROM jobs WHERE id = ?`,
    [id],
  )
}

/** Adds attempts to the hours' counts. A service that is unknown is 0, which no label has. */
function tally(day: Day, jobs: readonly IndexedJob[]): void {
  const counts = new Map<string, number[]>()
  for (const { finishedAt, queue, queueName, service } of jobs) {
    const labels = [day.addLabel(queue), day.addLabel(queueName), service === null ? 0 : day.addLabel(service)]
    const group = [Math.floor(finishedAt / HOUR_MS), ...labels]
    const count = counts.get(group.join())
    if (count) count[4] = (count[4] ?? 0) + 1
    else counts.set(group.join(), [...group, 1])
  }
  for (const count of counts.values()) day.db.run(TALLY, count)
}

function writeSpan(day: Day, added: readonly Numbered[]): void {
  const first = added[0]?.id
  const last = added.at(-1)?.id
  if (first === undefined || last === undefined) return
  let newest = 0
  let longest = 0
  for (const { job } of added) {
    newest = Math.max(newest, job.finishedAt)
    longest = Math.max(longest, job.finishedAt - (job.startedAt ?? job.finishedAt))
  }
  day.db.run(SPAN, [first, last, newest, longest])
}
