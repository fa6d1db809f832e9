// The archive's thread for tests: payloads stay as they are, and jobs of some names end the thread in one of its ways.
import { parentPort, workerData } from 'node:worker_threads'
import { type SqliteDriverOptions, sqliteDriver } from '../../../src/archive/sqlite/driver.js'
import { type PrepareJobs, serveArchive } from '../../../src/archive/thread/serve-archive.js'
import type { IndexedJob, RawJob, SealedPayload } from '../../../src/ports/archive.js'

const endings: Readonly<Record<string, () => void>> = {
  throws: () =>
    setImmediate(() => {
      throw new Error('out of the blue')
    }),
  exits: () => process.exit(3),
  hoards: () => {
    const hoard: unknown[] = []
    for (;;) hoard.push(new Array(10_000).fill(0.5))
  },
}

/** Jobs that are indexed already pass as they are: the conformance suite writes those. Sealed ones show the tokens there are. */
function plain(job: RawJob | IndexedJob, tokens: readonly string[]): IndexedJob {
  endings[job.name]?.()
  const { payload } = job
  if ('terms' in job && !(payload && 'kind' in payload)) return job as IndexedJob
  if (payload === null || !('kind' in payload)) return { ...job, payload: null, terms: [] }
  const sealed = ({ context, bytes }: SealedPayload) =>
    [`${context}: ${Buffer.from(bytes).toString()}`, ...tokens].join(' ')
  const text = payload.kind === 'text' ? payload.text : sealed(payload)
  return { ...job, payload: { text, isCut: false }, terms: text.split(' ') }
}

/** A job whose thread ends waits until it has. */
async function prepare(jobs: readonly RawJob[], tokens: readonly string[]): ReturnType<PrepareJobs> {
  const prepared = jobs.map((job) => plain(job, tokens))
  if (jobs.some(({ name }) => name in endings)) await new Promise(() => {})
  const isSealed = jobs.some(({ payload }) => payload && 'kind' in payload && payload.kind === 'sealed')
  const sealed = isSealed ? { hasToken: tokens.length > 0, opened: [], unopened: ['shop'] } : null
  return { jobs: prepared, records: [], sealed }
}

if (parentPort)
  serveArchive(parentPort, sqliteDriver(workerData as SqliteDriverOptions), (tokens) => (jobs) => prepare(jobs, tokens))
