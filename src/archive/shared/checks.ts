import type { ArchiveBatch, IndexedJob } from '../../ports/archive.js'
import { isTime } from './days.js'

const MOST = 1000

/** @throws when a page can't have this number of items */
export function checkLimit(limit: number): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST)
    throw new Error(`The archive takes a limit of 1 to ${MOST}; got ${limit}`)
}

/** @throws when a time of the batch is none: neither Unix ms after 1970 nor, where that is allowed, null */
export function checkBatch(batch: ArchiveBatch<IndexedJob>): void {
  for (const { from, step } of batch.figures ?? []) check('a bucket of figures', { from, step })
  for (const { at } of batch.records ?? []) check('a record', { at })
  for (const { from, to, lost } of batch.gaps ?? []) check('a gap', { from, to }, { lost })
  for (const { finishedAt, addedAt, startedAt, waitMs, runMs, attempt } of batch.jobs ?? [])
    check('a job', { finishedAt }, { addedAt, startedAt, waitMs, runMs, attempt })
}

function check(what: string, times: Record<string, number>, figures: Record<string, number | null> = {}): void {
  for (const [name, value] of Object.entries(times))
    if (!isTime(value)) throw new Error(`The archive refuses ${what} whose ${name} is ${value}: it takes Unix ms`)
  for (const [name, value] of Object.entries(figures))
    if (value !== null && !Number.isFinite(value))
      throw new Error(`The archive refuses ${what} whose ${name} is ${value}: it takes a number or null`)
}
