import { expect, it } from 'vitest'
import type { QueueSource } from '../../../src/ports/index.js'
import type { JobState, JobSummary } from '../../../src/protocol/index.js'
import type { SourceBench } from '../queue-source.js'
import { listed, put } from './jobs.js'
import { idsOf, laterThan, need, samples } from './samples.js'

/** All parts of a scan. */
async function scanned(source: QueueSource, queue: string, state: JobState, asOf: number, limit: number) {
  const parts: JobSummary[][] = []
  for (let cursor: string | null = null, turn = 0; turn === 0 || cursor !== null; turn++) {
    if (turn > 1_000) throw new Error('The scan has no end')
    const part = await need(source, 'scan')(queue, { state, asOf, cursor, limit })
    parts.push([...part.jobs])
    cursor = part.cursor
  }
  return parts
}

/** When a job came to its state, as far as the system says. */
const cameAt = ({ state, finishedAt, addedAt }: JobSummary) => (state === 'failed' ? finishedAt : addedAt)

/** Listing jobs for bulk operations. */
export function bulkCases(bench: SourceBench): void {
  const { can, run } = bench
  if (!can('list')) return
  for (const state of listed(bench)) {
    it(
      `scans ${state} jobs in parts, each job once`,
      run(async (system) => {
        const [queue] = system.queues
        const ids = await put(system, queue, state, samples(25))
        await laterThan(Date.now())
        const parts = await scanned(system.source, queue, state, Date.now() + 1_000, 10)
        for (const part of parts) expect(part.length).toBeLessThanOrEqual(10)
        expect(parts.flatMap(idsOf).sort()).toEqual([...ids].sort())
      }),
    )

    it(
      `leaves out of a scan of ${state} jobs what came later`,
      run(async (system) => {
        const [queue] = system.queues
        await put(system, queue, state, samples(3))
        await laterThan(Date.now())
        const asOf = Date.now()
        await laterThan(asOf)
        await put(system, queue, state, samples(3, 10))
        const query = { state, offset: 0, limit: 50, order: 'oldest' } as const
        const { jobs } = await need(system.source, 'jobs')(queue, query)
        const expected = jobs.filter((job) => (cameAt(job) ?? 0) <= asOf)
        for (const limit of [2, 4, 100]) {
          const found = (await scanned(system.source, queue, state, asOf, limit)).flat()
          expect(idsOf(found).sort()).toEqual(idsOf(expected).sort())
        }
      }),
    )
  }
}
