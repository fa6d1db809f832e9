import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  encodeFinishedJobs,
  encodePayloads,
  MAX_FINISHED_JOBS,
  MAX_RECORD_CHARS,
  parseFinishedJobs,
  parsePayloads,
  payloadContext,
} from '../../src/protocol/index.js'
import { finishedJobsOf } from '../stores/samples.js'

const record = finishedJobsOf({ left: 4 })
const written = JSON.parse(encodeFinishedJobs(record))

test('a record is read as it was written, its times by the clock of the store', () => {
  expect(parseFinishedJobs(encodeFinishedJobs(record))).toEqual(record)
  const moved = parseFinishedJobs(encodeFinishedJobs(record, -3_600_000))
  expect(moved?.from).toBe(record.from - 3_600_000)
  expect(moved?.jobs.map(({ startedAt }) => startedAt)).toEqual(
    record.jobs.map(({ startedAt }) => (startedAt ?? 0) - 3_600_000),
  )
})

test.each<[what: string, tuple: unknown]>([
  ['no list', {}],
  ['a queue that is not there', [1, '1', 'n', 'completed', 1, 0, 0, 0, 0, 0]],
  ['a queue with a fraction', [0.5, '1', 'n', 'completed', 1, 0, 0, 0, 0, 0]],
  ['no id', [0, '', 'n', 'completed', 1, 0, 0, 0, 0, 0]],
  ['an id that is too long to be one', [0, 'x'.repeat(1_001), 'n', 'completed', 1, 0, 0, 0, 0, 0]],
  ['no name', [0, '1', null, 'completed', 1, 0, 0, 0, 0, 0]],
  ['an unknown outcome', [0, '1', 'n', 'toString', 1, 0, 0, 0, 0, 0]],
])('a job with %s is left out alone', (_, tuple) => {
  const read = parseFinishedJobs(JSON.stringify({ ...written, jobs: [tuple, ...written.jobs] }))
  expect(read?.jobs).toEqual(record.jobs)
})

test('figures of a job that make no sense are unknown, and its end is then that of the record', () => {
  const tuple = [0, '1', 'n', 'failed', 0, 'x', -1e300, null, -1, Number.MAX_VALUE, 7]
  const read = parseFinishedJobs(JSON.stringify({ ...written, jobs: [tuple] }))
  const unknown = { attempt: null, addedAt: null, startedAt: null, waitMs: null, runMs: null, error: null }
  expect(read?.jobs).toEqual([
    { queue: 0, id: '1', name: 'n', outcome: 'failed', ...unknown, finishedAt: record.to, payload: null },
  ])
})

test('a record with an unreadable queue is none: its jobs would belong to others', () => {
  expect(parseFinishedJobs(JSON.stringify({ ...written, queues: [{}, ...written.queues] }))).toBeNull()
})

test('a payload stays with its job when others are unreadable', () => {
  const text = JSON.stringify({ ...written, jobs: [[], ...written.jobs] })
  const read = parseFinishedJobs(text, { service: 'shop', sealed: 'AQID' })
  expect(read?.jobs.map(({ payload }) => payload)).toEqual([1, 2])
  expect(read?.payloads).toEqual({ bytes: Buffer.from([1, 2, 3]), context: payloadContext('shop', 'n1', 1) })
  expect(parseFinishedJobs(text, { service: 'shop', sealed: '<no base64>' })?.payloads).toBeNull()
})

test('jobs beyond the limits are counted as left out', () => {
  const [job] = record.jobs
  const many = Array.from({ length: MAX_FINISHED_JOBS + 10 }, () => written.jobs[0])
  const read = parseFinishedJobs(JSON.stringify({ ...written, jobs: many }))
  expect([read?.jobs.length, read?.left]).toEqual([MAX_FINISHED_JOBS, 14])
  const long = Array.from({ length: 1_000 }, () => ({ ...job, id: '\u0001'.repeat(1_000) }) as never)
  const text = encodeFinishedJobs({ ...record, jobs: long })
  expect(text.length).toBeLessThanOrEqual(MAX_RECORD_CHARS)
  const whole = parseFinishedJobs(text)
  expect((whole?.jobs.length ?? 0) + (whole?.left ?? 0)).toBe(1_004)
})

test('payloads are read as they were written', () => {
  const payload = fc.option(fc.record({ text: fc.string({ unit: 'binary', minLength: 1 }), isCut: fc.boolean() }))
  fc.assert(
    fc.property(fc.array(payload), (payloads) => {
      expect(parsePayloads(encodePayloads(payloads))).toEqual(payloads)
      expect(parsePayloads(Buffer.from(encodePayloads(payloads)).toString())?.length).toBe(payloads.length)
    }),
  )
})

test.each(['', '\n', '[1', '{}\n', '["a"]\n', '[1.5]\nx'])('the block %j has none', (block) => {
  expect(parsePayloads(block)).toBeNull()
})
