import { describe, expect, it } from 'vitest'
import { QueueMinutes, type ReadEntry } from '../../src/core/queue-reporting/queue-minutes.js'
import { encodeQueueHistory, MAX_RECORD_CHARS, type QueueHistory, UNKNOWN_METRICS } from '../../src/protocol/index.js'
import { packText } from '../../src/redis/packed-text.js'
import { queueOf } from '../stores/samples.js'

const SECOND = 1_000
const WALL = 1_767_225_600_000

const momentOf = (now: number) => ({ at: WALL + now, now })
const readAt = (now: number, name = 'mail', waiting = 1): ReadEntry => ({
  readAt: now,
  entry: queueOf(name, { metrics: { ...UNKNOWN_METRICS, waiting } }),
})

/** Reads every 10 s, with as many jobs waiting as the second. */
function readEvery10s(minutes: QueueMinutes, from: number, to: number): QueueHistory[] {
  const records: (QueueHistory | null)[] = []
  for (let now = from; now <= to; now += 10 * SECOND)
    records.push(minutes.note([readAt(now, 'mail', now / SECOND)], momentOf(now)))
  return records.filter((record) => record !== null)
}

describe('minutes of queues', () => {
  it('follow each other without a gap, each with the figures of its end', () => {
    const records = readEvery10s(new QueueMinutes('n'), 0, 180 * SECOND)
    expect(records.map(({ from, to, queues }) => [from - WALL, to - WALL, queues[0]?.metrics.waiting])).toEqual([
      [0, 60 * SECOND, 60],
      [60 * SECOND, 120 * SECOND, 120],
      [120 * SECOND, 180 * SECOND, 180],
    ])
    expect(Object.keys(records[0]?.queues[0] ?? {}).sort()).toEqual(
      ['driver', 'metrics', 'name', 'oldestMs', 'place', 'server', 'throughput'].sort(),
    )
  })

  it('end early when nothing may follow, and go on from there', () => {
    const minutes = new QueueMinutes('n')
    readEvery10s(minutes, 0, 20 * SECOND)
    expect(minutes.take()).toMatchObject({ from: WALL, to: WALL + 20 * SECOND })
    expect(minutes.take()).toBeNull()
    expect(readEvery10s(minutes, 30 * SECOND, 80 * SECOND)).toMatchObject([{ from: WALL + 20 * SECOND }])
  })

  it('have nothing of the time in which another node reported', () => {
    const minutes = new QueueMinutes('n')
    readEvery10s(minutes, 0, 30 * SECOND)
    minutes.lapse()
    expect(minutes.take()).toBeNull()
    const [record] = readEvery10s(minutes, 600 * SECOND, 660 * SECOND)
    expect(record).toMatchObject({ from: WALL + 600 * SECOND, to: WALL + 660 * SECOND })
  })

  it('of a node that seldom reads are no longer than what it saw', () => {
    const minutes = new QueueMinutes('n')
    minutes.note([readAt(0)], momentOf(0))
    const record = minutes.note([readAt(600 * SECOND)], momentOf(600 * SECOND))
    expect(record).toMatchObject({ from: WALL + 510 * SECOND, to: WALL + 600 * SECOND })
  })

  it('leave out queues that were not read, could not be read, or are unknown', () => {
    const minutes = new QueueMinutes('n')
    const failed = { readAt: 60 * SECOND, entry: queueOf('failed', { error: 'no', metrics: UNKNOWN_METRICS }) }
    const unknown = { readAt: 60 * SECOND, entry: queueOf('unknown', { metrics: UNKNOWN_METRICS, throughput: null }) }
    const old = readAt(60 * SECOND - 91 * SECOND, 'old')
    const drained = readAt(60 * SECOND, 'drained', 0)
    minutes.note([], momentOf(0))
    const record = minutes.note([failed, unknown, old, drained], momentOf(60 * SECOND))
    expect(record?.queues.map(({ name }) => name)).toEqual(['drained'])
    minutes.note([failed], momentOf(119 * SECOND))
    expect(minutes.note([failed], momentOf(121 * SECOND))).toBeNull()
  })

  it('have at most 1,000 queues, those with jobs first, within a record, and some 30 bytes for each', () => {
    const idle = { readAt: 60 * SECOND, busy: false }
    const entries = Array.from({ length: 3_000 }, (_, number) => ({
      readAt: idle.readAt,
      entry: queueOf(`queue-${number}`, {
        metrics: {
          ...UNKNOWN_METRICS,
          waiting: number < 2_500 ? 0 : number,
          active: 0,
          delayed: 0,
          failed: number % 7,
        },
        throughput: null,
      }),
    }))
    const minutes = new QueueMinutes('n')
    minutes.note([], momentOf(0))
    const record = minutes.note(entries, momentOf(60 * SECOND))
    expect(record?.queues).toHaveLength(1_000)
    expect(record?.queues.slice(0, 2).map(({ name }) => name)).toEqual(['queue-2500', 'queue-2501'])
    const text = encodeQueueHistory(record as QueueHistory, 0)
    const [, packed] = packText(text, MAX_RECORD_CHARS)
    expect(packed.length / 1_000).toBeLessThan(40)
    const long = '"\n'.repeat(100)
    const queues = (record as QueueHistory).queues.map((queue) => ({ ...queue, name: long, place: long, server: long }))
    expect(encodeQueueHistory({ ...(record as QueueHistory), queues }).length).toBeLessThanOrEqual(MAX_RECORD_CHARS)
  })
})
