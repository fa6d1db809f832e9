import type { MessagePort } from 'node:worker_threads'
import type { ArchiveBatch, ArchiveDriver, ArchivedRecord, IndexedJob, RawJob, SealedFound } from '../../ports/index.js'
import { serve } from '../../sql/thread/serve.js'
import type { Method, Sealed, Tokens } from './messages.js'

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
  serve(
    port,
    (method, args) => call({ driver, prepare, onSealed }, method as Method, args),
    (message) => {
      prepare = prepareWith((message as Tokens).tokens)
    },
  )
}

interface Served {
  readonly driver: ArchiveDriver
  readonly prepare: PrepareJobs
  readonly onSealed: (found: SealedFound) => void
}

async function call(served: Served, method: Method, args: readonly unknown[]): Promise<unknown> {
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
