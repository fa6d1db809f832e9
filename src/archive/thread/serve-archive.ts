import type { MessagePort } from 'node:worker_threads'
import type { ArchiveBatch, ArchiveDriver, IndexedJob, RawJob } from '../../ports/index.js'
import { type Answer, pack, type Request, type ThrownError, type Tokens, unpack } from './messages.js'

/** Masks payloads and adds terms. In order, one for each job. */
export type PrepareJobs = (jobs: readonly RawJob[]) => Promise<readonly IndexedJob[]>

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
  port.on('message', async (request: Request | Tokens) => {
    if ('tokens' in request) {
      prepare = prepareWith(request.tokens)
      return
    }
    const answer = await answerTo(request, driver, prepare)
    port.postMessage(answer, 'result' in answer ? [answer.result.bytes] : [])
    if (request.method === 'close') port.close()
  })
}

async function answerTo({ id, method, args }: Request, driver: ArchiveDriver, prepare: PrepareJobs): Promise<Answer> {
  try {
    return { id, result: pack(await call(driver, method, unpack(args) as unknown[], prepare)) }
  } catch (error) {
    return { id, error: thrown(error) }
  }
}

async function call(
  driver: ArchiveDriver,
  method: Request['method'],
  args: readonly unknown[],
  prepare: PrepareJobs,
): Promise<unknown> {
  if (method === 'write') return driver.write(await prepared(args[0] as ArchiveBatch<RawJob>, prepare))
  const work = driver[method] as (...args: readonly unknown[]) => Promise<unknown>
  return work(...args)
}

async function prepared(batch: ArchiveBatch<RawJob>, prepare: PrepareJobs): Promise<ArchiveBatch<IndexedJob>> {
  const { jobs, ...rest } = batch
  return jobs ? { ...rest, jobs: await prepare(jobs) } : rest
}

function thrown(error: unknown): ThrownError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), code: null }
  const { name, message } = error
  const code = (error as NodeJS.ErrnoException).code
  return { name, message, code: typeof code === 'string' ? code : null }
}
