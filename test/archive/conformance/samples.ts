import { expect } from 'vitest'
import type {
  ArchiveDriver,
  ArchivedJob,
  ArchivedRecord,
  FigureBucket,
  IndexedJob,
} from '../../../src/ports/archive.js'

export const DAY = 86_400_000
/** A Friday at noon. */
export const NOON = Date.UTC(2026, 10, 20, 12)

export function jobOf(changes: Partial<IndexedJob> = {}): IndexedJob {
  return {
    queue: 'redis:mail',
    queueName: 'mail',
    id: '1',
    name: 'send',
    outcome: 'completed',
    attempt: 1,
    addedAt: NOON - 300,
    startedAt: NOON - 200,
    finishedAt: NOON,
    waitMs: 100,
    runMs: 200,
    service: 'shop',
    node: 'shop-1',
    error: null,
    payload: null,
    terms: [],
    ...changes,
  }
}

/** A job with a payload of the text and the terms. */
export function loadedJob(text: string, terms: readonly string[], changes: Partial<IndexedJob> = {}): IndexedJob {
  return jobOf({ payload: { text, isCut: false }, terms, ...changes })
}

/** As the archive returns it. */
export function readOf(job: IndexedJob, withPayload = true): ArchivedJob {
  const { terms, ...rest } = job
  return withPayload ? rest : { ...rest, payload: null }
}

export function recordOf(changes: Partial<ArchivedRecord> = {}): ArchivedRecord {
  return { kind: 'slow', id: '1-0', at: NOON, service: 'shop', name: 'GET /', body: '{"ms":1}', ...changes }
}

export function bucketOf(changes: Partial<FigureBucket> = {}): FigureBucket {
  return { kind: 'traffic', scope: 'shop', step: 60_000, from: NOON, body: Buffer.from([1, 2, 3]), ...changes }
}

let written = 0

/** Writes what is given by a stream of its own; throws if the archive refuses it. */
export async function put(driver: ArchiveDriver, parts: Omit<Parameters<ArchiveDriver['write']>[0], 'cursor'>) {
  const cursor = { stream: `test:${++written}`, expected: null, next: '1-0' }
  if (!(await driver.write({ cursor, ...parts }))) throw new Error('The archive has the cursor of a new stream')
}

export const ALL_TIME = { from: 0, to: Date.UTC(2100, 0, 1) }

/** Ids of all jobs that a query finds, over all its pages. */
export async function idsOf(driver: ArchiveDriver, query: Partial<Parameters<ArchiveDriver['jobs']>[0]> = {}) {
  return (await allJobs(driver, query)).map(({ id }) => id)
}

export async function allJobs(driver: ArchiveDriver, query: Partial<Parameters<ArchiveDriver['jobs']>[0]> = {}) {
  const found: ArchivedJob[] = []
  let after: string | null = null
  do {
    const page = await driver.jobs({ ...ALL_TIME, conditions: [], limit: 1000, ...query, after })
    found.push(...page.items)
    after = page.next
  } while (after !== null)
  return found
}

/** In the order of the UTF-8 bytes, as the port has it. */
export const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** Texts that databases, patterns and full-text search like to take for something else. */
export const AWKWARD = [
  "o'neil+x@ex.com",
  '1234567890123456',
  '9007199254740993',
  '注文を処理する',
  '%"*',
  'a AND b OR NOT c NEAR d',
  "'); drop table jobs; --",
  '"quoted" \'single\' `back`',
  'back\\slash \\n \\\\',
  'a&b|!c<->d:*',
  'under_score 100% [a-z]? {x}',
  '$1 ?1 :name @p',
  'tab\tline\nreturn\r',
  '🦊 𝕏 e\u0301 é',
  ' leading and trailing ',
  'ünïcödé İstanbul ẞ',
  '-minus +plus ^caret ~tilde',
  'email:user@example.com state:failed',
]

/** Numbers from 0 to 2^31 - 2, the same with the same seed. */
export function seeded(seed: number): () => number {
  let last = seed
  return () => {
    last = (last * 48_271) % 2_147_483_647
    return last
  }
}

/** What a mark that is none is refused with. */
export const BAD_MARK = { code: 'bad_mark', message: expect.stringContaining('after') }
