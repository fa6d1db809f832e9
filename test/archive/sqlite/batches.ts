import type { ArchiveBatch, ArchiveDriver, ArchivedJob, IndexedJob } from '../../../src/ports/archive.js'

export const STREAM = 'jobs:shop'
export const BATCH = 200
/** Batches lie across it. */
export const MIDNIGHT = Date.UTC(2026, 10, 30)

/** Batch number `index`, the same at every call: as a reader finds it in a stream, again after a crash. */
export function batchAt(index: number): ArchiveBatch<IndexedJob> {
  const jobs = Array.from({ length: BATCH }, (_, at) => jobAt(index * BATCH + at))
  const from = Math.floor(MIDNIGHT / 60_000) * 60_000 + index * 60_000
  return {
    cursor: { stream: STREAM, expected: index === 0 ? null : String(index), next: String(index + 1) },
    jobs,
    records: [{ kind: 'slow', id: String(index), at: MIDNIGHT, service: 'shop', name: 'GET /', body: '{}' }],
    figures: [{ kind: 'traffic', scope: 'shop', step: 60_000, from, body: new Uint8Array([index % 256]) }],
  }
}

export function jobAt(number: number): IndexedJob {
  const finishedAt = MIDNIGHT + (number % 2 ? number : -number - 1)
  return {
    queue: 'redis:mail',
    queueName: 'mail',
    id: String(number),
    name: 'send',
    outcome: 'completed',
    attempt: 1,
    addedAt: finishedAt - 20,
    startedAt: finishedAt - 10,
    finishedAt,
    waitMs: 10,
    runMs: 10,
    service: 'shop',
    node: 'shop-1',
    error: null,
    payload: { text: `{"number":${number}}`, isCut: false },
    terms: [`number=${number}`, 'every'],
  }
}

/** All attempts with their payloads, newest first. */
export async function allAttempts(driver: ArchiveDriver, isIndexed = false): Promise<readonly ArchivedJob[]> {
  const term = { by: 'term', term: 'every', isPrefix: false, isNot: false } as const
  const filter = { from: 0, to: MIDNIGHT * 2, conditions: isIndexed ? [term] : [] }
  const found: ArchivedJob[] = []
  let after: string | null = null
  do {
    const page = await driver.jobs({ ...filter, limit: 1000, withPayloads: true, after })
    found.push(...page.items)
    after = page.next
  } while (after !== null)
  return found
}
