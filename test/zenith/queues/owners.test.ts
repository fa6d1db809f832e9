import { describe, expect, test } from 'vitest'
import type { JobAddress, JobOutcome } from '../../../src/protocol/index.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { BullRedis, type BullVersion, bullmqOf, endEach, OWNERS, VERSIONS } from '../../support/bullmq-redis.js'
import { actingZenith, type Problem } from '../support/acting.js'
import { segment } from '../support/changes.js'

const bull = new BullRedis()
const PAIRS = OWNERS.flatMap((owner) => VERSIONS.map((library) => ({ owner, library })))
const NEW_JOB = { name: 'new', data: '{"n":1}' }

async function desk(library: BullVersion | null) {
  const source = bull.source({ queues: ['mail'], ...(library && { bullmq: bullmqOf(library) }) })
  const { post, keyOf } = actingZenith({ store: memoryStore(), queues: [source] })
  const path = `/api/queues/${segment(await keyOf('mail'))}`
  return {
    act: <T>(body: unknown) => post<T>(`${path}/actions`, body),
    actOn: (action: string, ids: readonly string[]) =>
      post<{ outcomes: readonly JobOutcome[] }>(`${path}/jobs`, { action, ids }),
  }
}

describe.each(PAIRS)('a queue of BullMQ $owner and a Zenith with BullMQ $library', ({ owner, library }) => {
  test('lose nothing while the queue is paused, and each job runs once', async () => {
    const bench = bull.bench(owner)
    const queue = bench.queue('mail')
    const { id: failed = '' } = await queue.add('send', {})
    await bench.fail('mail', 'Refused')
    const { id: late = '' } = await queue.add('send', {}, { delay: 9_999_999 })
    const { id: waiting = '' } = await queue.add('send', {})
    const { act, actOn } = await desk(library)
    expect(await act({ action: 'pause' })).toMatchObject({ status: 200 })
    expect((await actOn('retry', [failed])).body.outcomes).toEqual([{ id: failed, ok: true, reason: null }])
    expect((await actOn('promote', [late])).body.outcomes).toEqual([{ id: late, ok: true, reason: null }])
    const added = await act<{ job: JobAddress }>({ action: 'add', job: NEW_JOB })
    const copied = await act<{ job: JobAddress }>({ action: 'duplicate', id: failed })
    const { id: after = '' } = await queue.add('send', {})
    expect(await act({ action: 'resume' })).toMatchObject({ status: 200 })
    await endEach(bull, [owner], [failed, late, waiting, added.body.job.id, copied.body.job.id, after])
  })
})

test('a queue of another product is refused in words', async () => {
  const bench = bull.bench()
  await bench.queue('mail').add('send', {})
  await bench.fail('mail', 'Refused')
  await bull.client.hset('bull:mail:meta', 'version', 'bullmq-pro:7.30.1')
  const { act, actOn } = await desk(null)
  const paused = await act<Problem>({ action: 'pause' })
  expect(paused.body.error.message).toContain("this queue is bullmq-pro:7.30.1's")
  expect((await actOn('retry', ['1'])).body.outcomes[0]?.reason).toContain("this queue is bullmq-pro:7.30.1's")
})
