import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { ArchivedJob, ArchivedPayload, AttemptOutcome } from '../../ports/archive.js'

/** A row of `jobs`, with its payload if it was asked for. */
export interface JobRow {
  readonly queue: string
  readonly queue_name: string
  readonly id: string
  readonly name: string
  readonly outcome: AttemptOutcome
  readonly attempt: number | null
  readonly added_at: number | null
  readonly started_at: number | null
  readonly finished_at: number
  readonly start_at: number
  readonly wait_ms: number | null
  readonly run_ms: number | null
  readonly service: string | null
  readonly node: string | null
  readonly error: string | null
  readonly body?: Buffer | null
  readonly is_cut?: boolean | null
}

/** The columns of {@link JobRow} without the payload, of the table `j`. */
export const JOB_COLUMNS = [
  'queue',
  'queue_name',
  'id',
  'name',
  'outcome',
  'attempt',
  'added_at',
  'started_at',
  'finished_at',
  'start_at',
  'wait_ms',
  'run_ms',
  'service',
  'node',
  'error',
]
  .map((column) => `j.${column}`)
  .join(', ')

export function jobOfRow(row: JobRow, withPayload: boolean): ArchivedJob {
  return {
    queue: row.queue,
    queueName: row.queue_name,
    id: row.id,
    name: row.name,
    outcome: row.outcome,
    attempt: row.attempt,
    addedAt: row.added_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    waitMs: row.wait_ms,
    runMs: row.run_ms,
    service: row.service,
    node: row.node,
    error: row.error,
    payload: withPayload ? payloadOfRow(row) : null,
  }
}

export function payloadOfRow({ body, is_cut }: JobRow): ArchivedPayload | null {
  return body ? { text: inflateRawSync(body).toString(), isCut: is_cut === true } : null
}

/** The text, compressed. */
export function bodyOf(text: string): Buffer {
  return deflateRawSync(text)
}
