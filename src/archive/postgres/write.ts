import type { ArchiveBatch, ArchivedRecord, ArchiveGap, FigureBucket, IndexedJob } from '../../ports/archive.js'
import type { Database, Session } from '../../sql/postgres/database.js'
import { codeOf } from '../../sql/postgres/errors.js'
import { lock } from '../../sql/postgres/tables.js'
import { checkBatch } from '../shared/checks.js'
import { DAY_MS } from '../shared/days.js'
import { storableText } from '../shared/texts.js'
import type { Analyzer } from './analyze.js'
import type { DayPartitions } from './days.js'
import { partsOf, writeJobs } from './write-jobs.js'

/** @returns false when the cursor is another: nothing is written then */
export async function writeBatch(
  database: Database,
  partitions: DayPartitions,
  analyzer: Analyzer,
  batch: ArchiveBatch<IndexedJob>,
): Promise<boolean> {
  checkBatch(batch)
  const parts = partsOf(batch.jobs ?? [])
  const jobs = parts.flat()
  const writeOnce = async (reachMs: number) => {
    await ensureDays(partitions, jobs, reachMs)
    return database.write((session) => writeAll(session, database.schema, batch, parts))
  }
  const isWritten = await writeOnce(0).catch((error) => {
    if (codeOf(error) !== NO_PARTITION) throw error
    // Another Zenith dropped one that this one knew, or an attempt is known with an end on the day before or after.
    partitions.forgetKnown()
    return writeOnce(DAY_MS)
  })
  if (isWritten) await analyzer.count(jobs)
  return isWritten
}

const NO_PARTITION = '23514'

/** @param reachMs the largest difference between an attempt's known end and the reported one, ms */
async function ensureDays(partitions: DayPartitions, jobs: readonly IndexedJob[], reachMs: number): Promise<void> {
  const times = jobs.map(({ finishedAt }) => finishedAt)
  await partitions.ensure('jobs', times)
  const loaded = jobs.filter(({ payload }) => payload).map(({ finishedAt }) => finishedAt)
  await partitions.ensure('payloads', [...new Set(loaded.flatMap((at) => [at - reachMs, at, at + reachMs]))])
}

async function writeAll(
  session: Session,
  schema: string,
  batch: ArchiveBatch<IndexedJob>,
  parts: readonly (readonly IndexedJob[])[],
): Promise<boolean> {
  if (!(await moveCursor(session, batch.cursor))) return false
  await writeFigures(session, batch.figures ?? [])
  await writeRecords(session, batch.records ?? [])
  await writeGaps(session, batch.gaps ?? [])
  if (parts.length > 0) await lock(session, schema, 'jobs')
  for (const part of parts) await writeJobs(session, part)
  return true
}

/** Others that move it wait until this transaction ends, and then see that it is another. */
async function moveCursor(session: Session, cursor: ArchiveBatch<IndexedJob>['cursor']): Promise<boolean> {
  const stream = storableText(cursor.stream)
  const next = storableText(cursor.next)
  const moved =
    cursor.expected === null
      ? await session.run('insert into cursors values ($1, $2) on conflict do nothing', [stream, next])
      : await session.run('update cursors set at = $2 where stream = $1 and at = $3', [
          stream,
          next,
          storableText(cursor.expected),
        ])
  return moved === 1
}

/** In the order of their keys, so that two writers never wait for each other. The last of a key stays. */
async function writeFigures(session: Session, figures: readonly FigureBucket[]): Promise<void> {
  const last = new Map(
    figures.map((bucket) => [
      JSON.stringify([bucket.kind, storableText(bucket.scope), bucket.step, bucket.from]),
      bucket,
    ]),
  )
  const buckets = [...last].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, bucket]) => bucket)
  if (buckets.length === 0) return
  await session.run(
    `insert into figures (kind, scope, step, begins, body)
    select * from unnest($1::text[], $2::text[], $3::float8[], $4::float8[], $5::bytea[])
    on conflict (kind, scope, step, begins) do update set body = excluded.body`,
    [
      buckets.map(({ kind }) => kind),
      buckets.map(({ scope }) => storableText(scope)),
      buckets.map(({ step }) => step),
      buckets.map(({ from }) => from),
      buckets.map(({ body }) => Buffer.from(body.buffer, body.byteOffset, body.byteLength)),
    ],
  )
}

async function writeRecords(session: Session, records: readonly ArchivedRecord[]): Promise<void> {
  if (records.length === 0) return
  const sorted = [...records].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
  await session.run(
    `insert into records (kind, id, at, service, name, body)
    select * from unnest($1::text[], $2::text[], $3::float8[], $4::text[], $5::text[], $6::text[])
    on conflict (kind, id) do nothing`,
    [
      sorted.map(({ kind }) => kind),
      sorted.map(({ id }) => storableText(id)),
      sorted.map(({ at }) => at),
      sorted.map(({ service }) => service && storableText(service)),
      sorted.map(({ name }) => name && storableText(name)),
      sorted.map(({ body }) => storableText(body)),
    ],
  )
}

async function writeGaps(session: Session, gaps: readonly ArchiveGap[]): Promise<void> {
  for (const { stream, from, to, lost } of gaps)
    await session.run('insert into gaps values ($1, $2, $3, $4) on conflict do nothing', [
      storableText(stream),
      from,
      to,
      lost,
    ])
}
