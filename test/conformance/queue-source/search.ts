import { expect, it } from 'vitest'
import type { JobSearchQuery } from '../../../src/ports/index.js'
import { guessesOf } from '../../hostile/support/guesses.js'
import type { SourceBench } from '../queue-source.js'
import { listed, put } from './jobs.js'
import { idsOf, means, need, PAYLOAD_MARK, sample, samples } from './samples.js'

const BOUNDS = { maxMatches: 100, maxScanned: 1_000, maxMs: 20_000 }

/** Looking for jobs. */
export function searchCases(bench: SourceBench): void {
  const { can, promise, run } = bench
  if (!can('search')) return
  const query = (changes: Partial<JobSearchQuery>) => ({ state: 'waiting' as const, text: '', ...BOUNDS, ...changes })

  for (const state of listed(bench))
    it(
      `finds ${state} jobs by id, name and payload, in any case`,
      run(async (system) => {
        const [queue] = system.queues
        const [first = ''] = await put(system, queue, state, [sample(1)])
        const [second = ''] = await put(system, queue, state, [
          sample(2, { name: 'Ship-Order', data: { city: 'Zürich', note: PAYLOAD_MARK } }),
        ])
        const search = need(system.source, 'search')
        const find = async (text: string) => idsOf((await search(queue, query({ state, text }))).jobs)
        expect(await find(second)).toContain(second)
        if (promise.takesIds) expect(await find('JOB-1')).toEqual([first])
        expect(await find('ship-order')).toEqual([second])
        expect(await find('SEND-MAIL')).toEqual([first])
        expect(await find('zÜRICH')).toEqual([second])
        expect((await find(PAYLOAD_MARK)).sort()).toEqual([first, second].sort())
        expect(await find('nobody has this')).toEqual([])
        const found = await search(queue, query({ state, text: 'zürich' }))
        expect(found).toMatchObject({ scanned: 2, total: 2, skipped: 0, stopped: null })
        expect(JSON.stringify(found)).not.toContain(PAYLOAD_MARK)
      }),
    )

  it(
    'stops when nobody waits for what it finds',
    run(async (system) => {
      const [queue] = system.queues
      const [state = 'waiting'] = listed(bench)
      await put(system, queue, state, [sample(1), sample(2)])
      const signal = AbortSignal.abort()
      const found = await need(system.source, 'search')(queue, query({ state, text: 'send-mail', signal }))
      expect(found).toMatchObject({ jobs: [], scanned: 0, total: 2, stopped: 'time', next: 0 })
    }),
  )

  if (listed(bench).includes('failed'))
    it(
      'finds failed jobs by their error',
      run(async (system) => {
        const [queue] = system.queues
        const [id] = await means(system, 'fail')(queue, [sample(1)], 'No stock')
        await means(system, 'fail')(queue, [sample(2)], 'Refused')
        const found = await need(system.source, 'search')(queue, query({ state: 'failed', text: 'no STOCK' }))
        expect(idsOf(found.jobs)).toEqual([id])
      }),
    )

  if (listed(bench).includes('failed'))
    it(
      'tells nothing of what is masked in errors',
      run(async (system) => {
        const [queue] = system.queues
        const secret = 'Vq3xKz8wJp5t'
        await means(system, 'fail')(queue, [sample(1)], `no way to redis://app:${secret}@cache, password=${secret}`)
        const search = need(system.source, 'search')
        const find = async (text: string) => JSON.stringify(await search(queue, query({ state: 'failed', text })))
        for (const [right, wrong] of guessesOf(secret)) expect(await find(right), right).toBe(await find(wrong))
        expect((await search(queue, query({ state: 'failed', text: 'redis://***@CACHE' }))).jobs).toHaveLength(1)
      }),
    )

  for (const state of listed(bench))
    it(
      `tells nothing of what is masked in ${state} jobs`,
      run(async (system) => {
        const [queue] = system.queues
        const secret = 'Vq3xKz8wJp5t'
        const data = {
          password: secret,
          url: `postgres://app:${secret}@db/shop`,
          inner: JSON.stringify({ token: secret }),
          note: PAYLOAD_MARK,
        }
        await put(system, queue, state, [sample(1, { name: `send password=${secret}`, data }), sample(2)])
        const search = need(system.source, 'search')
        const find = async (text: string) => JSON.stringify(await search(queue, query({ state, text })))
        for (const [right, wrong] of guessesOf(secret)) expect(await find(right), right).toBe(await find(wrong))
        const shown = await search(queue, query({ state, text: '"password":"***"' }))
        expect(shown.jobs).toHaveLength(1)
      }),
    )

  it(
    'stops at its bounds, and says at which',
    run(async (system) => {
      const [queue, other] = system.queues
      await system.wait(queue, samples(20))
      const search = need(system.source, 'search')
      const few = await search(queue, query({ text: 'send-mail', maxMatches: 4 }))
      expect([few.jobs.length, few.stopped, few.total]).toEqual([4, 'matches', 20])
      const short = await search(queue, query({ text: 'nobody has this', maxScanned: 5 }))
      expect(short).toMatchObject({ jobs: [], stopped: 'scanned', scanned: 5, total: 20 })
      const noTime = await search(queue, query({ text: 'send-mail', maxMs: 0 }))
      expect([noTime.stopped, noTime.total]).toEqual(['time', 20])
      const whole = await search(queue, query({ text: 'send-mail', maxScanned: 20 }))
      expect([whole.jobs.length, whole.stopped, whole.scanned]).toEqual([20, null, 20])
      expect(await search(other, query({ text: 'x' }))).toMatchObject({ jobs: [], scanned: 0, total: 0, stopped: null })
    }),
  )
}
