import type { MessagePort } from 'node:worker_threads'
import type { ArchiveBatch, ArchiveDriver, ArchivedRecord, IndexedJob, RawJob, SealedFound } from '../../ports/index.js'
import { type Answer, pack, type Request, type Sealed, type ThrownError, type Tokens, unpack } from './messages.js'

/** Masks payloads and adds terms: in order, one for each job. The records are written with them. */
export type PrepareJobs = (jobs: readonly RawJob[]) => Promise<{
  readonly jobs: readonly IndexedJob[]
  readonly records: readonly ArchivedRecord[]
  /** Null without sealed payloads. */
  readonly sealed: SealedFound | null
}>

/**
 * Answers what the other side of the port asks for: on the archive's thread.
 *
 * @param prepareWith makes the preparation that opens payloads with these tokens
 */
export function serveArchive(
  port: MessagePort,
  driver: ArchiveDriver,
  prepareWith: (tokens: readonly string[]) => PrepareJobs,
): void {
  let prepare = prepareWith([])
  const onSealed = (sealed: SealedFound) => port.postMessage({ sealed } satisfies Sealed)
  port.on('message', async (request: Request | Tokens) => {
    if ('tokens' in request) {
      prepare = prepareWith(request.tokens)
      return
    }
    const answer = await answerTo(request, { driver, prepare, onSealed })
    port.postMessage(answer, 'result' in answer ? [answer.result.bytes] : [])
    if (request.method === 'close') port.close()
  })
}

interface Served {
  readonly driver: ArchiveDriver
  readonly prepare: PrepareJobs
  readonly onSealed: (found: SealedFound) => void
}

async function answerTo({ id, method, args }: Request, served: Served): Promise<Answer> {
  try {
    return { id, result: pack(await call(served, method, unpack(args) as unknown[])) }
  } catch (error) {
    return { id, error: thrown(error) }
  }
}

async function call(served: Served, method: Request['method'], args: readonly unknown[]): Promise<unknown> {
  const { driver } = served
  if (method === 'write') return write(served, args[0] as ArchiveBatch<RawJob>)
  const work = driver[method] as (...args: readonly unknown[]) => Promise<unknown>
  return work(...args)
}

async function write({ driver, prepare, onSealed }: Served, batch: ArchiveBatch<RawJob>): Promise<boolean> {
  const { jobs, ...rest } = batch
  if (!jobs) return driver.write(rest)
  const { records, sealed, ...prepared } = await prepare(jobs)
  const isWritten = await driver.write({ ...rest, ...prepared, records: [...(rest.records ?? []), ...records] })
  if (isWritten && sealed) onSealed(sealed)
  return isWritten
}

function thrown(error: unknown): ThrownError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), code: null }
  const { name, message } = error
  const code = (error as NodeJS.ErrnoException).code
  return { name, message, code: typeof code === 'string' ? code : null }
}
