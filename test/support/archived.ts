import type { ArchiveDriver, ArchivedRecord, FigureBucket, RawJob } from '../../src/ports/index.js'
import { inlineArchive } from './inline-archive.js'

/** A finished job with a payload as its queue stores it. @param at its end, Unix ms */
export function rawJob(id: string, at: number, payload: unknown, more: Partial<RawJob> = {}): RawJob {
  return {
    ...{ queue: 'q1', queueName: 'mail', id, name: 'Send', outcome: 'completed', attempt: 1, addedAt: at - 30 },
    ...{ startedAt: at - 20, finishedAt: at, waitMs: 10, runMs: 20, service: 'shop', node: 'web-1', error: null },
    payload: { kind: 'text', text: JSON.stringify(payload) },
    ...more,
  } as RawJob
}

interface Contents {
  readonly jobs?: readonly RawJob[]
  readonly records?: readonly ArchivedRecord[]
  readonly figures?: readonly FigureBucket[]
  readonly gaps?: readonly { stream: string; from: number; to: number; lost: number | null }[]
}

/** Fills an archive as the archiver would, masked, and closes it. */
export async function fillArchive(driver: ArchiveDriver, contents: Contents): Promise<void> {
  const archive = inlineArchive(driver)
  await archive.open()
  const expected = await archive.cursor('test')
  await archive.write({ cursor: { stream: 'test', expected, next: `${Number(expected) + 1}` }, ...contents })
  await archive.close()
}
