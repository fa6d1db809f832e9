import { expect, it, vi } from 'vitest'
import type { QueueSource } from '../../../src/ports/index.js'
import type { SourceBench } from '../queue-source.js'
import { listed } from './jobs.js'
import { means, NO_SUCH_JOB, readingOf, sample, samples } from './samples.js'

const NOWHERE = 'a queue that nobody made'

/** A source and its system: what looking leaves behind, outages, the end. */
export function lifeCases(bench: SourceBench): void {
  const { run } = bench
  it(
    'looking changes nothing: no key comes, goes or lives longer',
    run(async (system) => {
      const [queue] = system.queues
      await system.wait(queue, samples(3))
      await system.delay?.(queue, samples(2, 10), Date.now() + 3_600_000)
      await system.fail?.(queue, samples(2, 20), 'No stock')
      const before = await system.contents?.()
      for (const name of [...system.queues, NOWHERE]) await lookAtAll(bench, system.source, name)
      await system.source.read()
      await system.source.read()
      expect(await system.contents?.()).toEqual(before)
    }),
  )

  it(
    'closing twice is harmless, before the first read and after it',
    run(async ({ source }) => {
      await source.read()
      await source.close()
      await source.close()
      await expect(source.read()).rejects.toThrow(/\w+ \w+/)
    }),
  )
  it(
    'closing what never read is harmless',
    run(async ({ source }) => {
      await source.close()
    }),
  )

  it(
    'a server that is gone is said in words without secrets, and found again when it is back',
    run(async (system) => {
      if (!system.down) return expect((await system.source.read()).queues.length).toBeGreaterThanOrEqual(0)
      const [queue] = system.queues
      await system.wait(queue, samples(2))
      expect((await readingOf(system, queue)).metrics.waiting).toBe(2)
      await system.down()
      const error = await system.source.read().then(
        () => null,
        (reason: unknown) => reason,
      )
      expect(error).toBeInstanceOf(Error)
      expect((error as Error).message).toMatch(/\w+ \w+ \w+/)
      expect((error as Error).message).not.toContain(bench.promise.secret ?? 'no such secret')
      await means(system, 'back')()
      await vi.waitFor(async () => expect((await readingOf(system, queue)).metrics.waiting).toBe(0), {
        timeout: 20_000,
      })
      await system.wait(queue, [sample(5)])
      expect((await readingOf(system, queue)).metrics.waiting).toBe(1)
    }),
  )
}

/** Calls every method that only looks; a queue that is not watched may be refused. */
async function lookAtAll(bench: SourceBench, source: QueueSource, queue: string): Promise<void> {
  const looks: Promise<unknown>[] = []
  for (const state of listed(bench)) {
    for (const order of ['newest', 'oldest'] as const)
      looks.push(Promise.resolve(source.jobs?.(queue, { state, offset: 0, limit: 10, order })))
    const bounds = { maxMatches: 10, maxScanned: 100, maxMs: 5_000 }
    looks.push(Promise.resolve(source.search?.(queue, { state, text: 'send', ...bounds })))
    looks.push(Promise.resolve(source.scan?.(queue, { state, asOf: Date.now(), cursor: null, limit: 10 })))
  }
  for (const id of [NO_SUCH_JOB, 'job-1', 'job-20']) {
    looks.push(Promise.resolve(source.job?.(queue, id)))
    looks.push(Promise.resolve(source.logs?.(queue, id, { offset: 0, limit: 10 })))
    looks.push(Promise.resolve(source.flow?.(queue, id)))
  }
  looks.push(Promise.resolve(source.schedulers?.(queue)))
  const ended = await Promise.allSettled(looks)
  if (queue !== NOWHERE) expect(ended.filter(({ status }) => status === 'rejected')).toEqual([])
}
