import type { IndexedJob } from '../../ports/archive.js'
import type { Session } from '../../sql/postgres/database.js'
import { distinctJobs, startOf } from '../shared/attempts.js'
import { DAY_MS, dayStart } from '../shared/days.js'
import { bodyOf } from './rows.js'

/** Most jobs and characters of payloads in one statement. */
const MOST_JOBS = 1000
const MOST_CHARS = 8_000_000

/** What the archive has of an attempt already. */
interface KnownRow {
  readonly i: number
  readonly n: string
  readonly finished_at: number
  readonly has_payload: boolean
}

/** An attempt to write and where it belongs. */
interface Placed {
  readonly job: IndexedJob
  readonly n: string
  readonly finishedAt: number
}

/** The attempts of a batch as they can be stored, each once, in parts that one statement takes. */
export function partsOf(jobs: readonly IndexedJob[]): IndexedJob[][] {
  const parts: IndexedJob[][] = []
  let part: IndexedJob[] = []
  let chars = 0
  for (const job of distinctJobs(jobs)) {
    chars += job.payload?.text.length ?? 0
    if (part.length === MOST_JOBS || (chars > MOST_CHARS && part.length > 0)) {
      parts.push(part)
      part = []
      chars = job.payload?.text.length ?? 0
    }
    part.push(job)
  }
  return part.length > 0 ? [...parts, part] : parts
}

/** Inserts attempts, and completes those that are there. The caller holds the lock of jobs: no other Zenith inserts the same meanwhile. */
export async function writeJobs(session: Session, jobs: readonly IndexedJob[]): Promise<void> {
  const known = new Map((await knownOf(session, jobs)).map((row) => [row.i - 1, row]))
  const fresh = jobs.filter((_, i) => !known.has(i))
  const numbers = await session.all<{ n: string }>(`select nextval('job_numbers') as n from generate_series(1, $1)`, [
    fresh.length,
  ])
  const inserted = fresh.map((job, i) => ({ job, n: numbers[i]?.n ?? '', finishedAt: job.finishedAt }))
  const found = jobs.flatMap((job, i) => placedOf(job, known.get(i)))
  await insert(session, inserted)
  await complete(session, found)
  const without = jobs.flatMap((job, i) => (known.get(i)?.has_payload === false ? placedOf(job, known.get(i)) : []))
  await insertPayloads(session, [...inserted, ...without])
}

function placedOf(job: IndexedJob, row: KnownRow | undefined): Placed[] {
  return row ? [{ job, n: row.n, finishedAt: row.finished_at }] : []
}

/** The sum keeps the planner from reading the day in the order of the ends, instead of the index of attempts. */
function knownOf(session: Session, jobs: readonly IndexedJob[]): Promise<KnownRow[]> {
  const days = jobs.map(({ finishedAt }) => dayStart(finishedAt))
  return session.all(
    `select g.i::float8 as i, j.n, j.finished_at, exists (
      select 1 from payloads p where p.n = j.n and p.finished_at = j.finished_at and p.finished_at >= $5 and p.finished_at < $6
    ) as has_payload
    from unnest($1::text[], $2::text[], $3::float8[], $4::float8[]) with ordinality g(queue, id, start_at, day, i)
    cross join lateral (
      select j.n, j.finished_at from jobs j
      where hashtextextended(j.id, 0) = hashtextextended(g.id, 0) and j.queue = g.queue and j.id = g.id and j.start_at = g.start_at and j.finished_at >= $5 and j.finished_at < $6
        and j.finished_at >= g.day - ${DAY_MS} and j.finished_at < g.day + ${2 * DAY_MS}
      order by j.finished_at + 0 limit 1
    ) j`,
    [
      jobs.map(({ queue }) => queue),
      jobs.map(({ id }) => id),
      jobs.map(startOf),
      days,
      Math.min(...days) - DAY_MS,
      Math.max(...days) + 2 * DAY_MS,
    ],
  )
}

const COLUMNS = `n bigint, queue text, queue_name text, id text, name text, outcome text, attempt float8, added_at float8,
  started_at float8, finished_at float8, start_at float8, wait_ms float8, run_ms float8, service text, node text, error text`

async function insert(session: Session, placed: readonly Placed[]): Promise<void> {
  if (placed.length === 0) return
  await session.run(`insert into jobs select * from json_to_recordset($1) as r(${COLUMNS})`, [jsonOf(placed)])
}

/** Changes only rows that have something to gain: others would be written again for nothing. */
async function complete(session: Session, placed: readonly Placed[]): Promise<void> {
  if (placed.length === 0) return
  const columns = ['attempt', 'added_at', 'wait_ms', 'run_ms', 'service', 'node', 'error', 'started_at']
  const days = placed.map(({ finishedAt }) => dayStart(finishedAt))
  await session.run(
    `update jobs j set ${columns.map((name) => `${name} = coalesce(j.${name}, r.${name})`).join(', ')}
    from json_to_recordset($1) as r(${COLUMNS})
    where j.n = r.n and j.finished_at = r.finished_at and j.finished_at >= $2 and j.finished_at < $3
      and (${columns.map((name) => `(j.${name} is null and r.${name} is not null)`).join(' or ')})`,
    [jsonOf(placed), Math.min(...days), Math.max(...days) + DAY_MS],
  )
}

async function insertPayloads(session: Session, placed: readonly Placed[]): Promise<void> {
  const loaded = placed.flatMap(({ job, n, finishedAt }) =>
    job.payload ? [{ n, finishedAt, job, payload: job.payload }] : [],
  )
  if (loaded.length === 0) return
  const rows = loaded.map(({ n, finishedAt, job, payload }) => ({
    n,
    finished_at: finishedAt,
    is_cut: payload.isCut,
    terms: job.terms,
  }))
  await session.run(
    `insert into payloads (n, finished_at, is_cut, terms, body)
    select r.n, r.finished_at, r.is_cut, array_to_tsvector(array(select json_array_elements_text(r.terms))), r.body
    from rows from (json_to_recordset($1) as (n bigint, finished_at float8, is_cut boolean, terms json), unnest($2::bytea[]))
      as r(n, finished_at, is_cut, terms, body)`,
    [JSON.stringify(rows), loaded.map(({ payload }) => bodyOf(payload.text))],
  )
}

function jsonOf(placed: readonly Placed[]): string {
  return JSON.stringify(
    placed.map(({ job, n, finishedAt }) => ({
      n,
      queue: job.queue,
      queue_name: job.queueName,
      id: job.id,
      name: job.name,
      outcome: job.outcome,
      attempt: job.attempt,
      added_at: job.addedAt,
      started_at: job.startedAt,
      finished_at: finishedAt,
      start_at: startOf(job),
      wait_ms: job.waitMs,
      run_ms: job.runMs,
      service: job.service,
      node: job.node,
      error: job.error,
    })),
  )
}
