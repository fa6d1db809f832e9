import { describe, expect, it } from 'vitest'
import { recordSlowJob } from '../../src/core/jobs/job-records.js'
import type { ResolvedOptions } from '../../src/core/options/options.js'
import { RecordBuffer } from '../../src/core/report/buffer.js'
import { Records } from '../../src/core/report/records.js'
import type { StoreRecord } from '../../src/ports/index.js'
import type { ExceptionRecord, JobDetail } from '../../src/protocol/index.js'
import { MaskBudget } from '../../src/redaction/budget.js'
import { work } from '../../src/redaction/source.js'
import { jobView, logView, shownText } from '../../src/zenith/queues/jobs/job-view.js'

const CUT = /… \(cut, \d+ characters not shown\)$/
const DETAIL = {
  id: '1',
  name: 'a',
  error: null,
  parent: null,
  scheduler: null,
  state: 'failed',
  options: null,
} as never

/** How many characters are scanned. */
function charsOf(run: () => unknown): number {
  const before = work.chars
  run()
  return work.chars - before
}

describe('an answer of Zenith', () => {
  it('masks a bounded part of the lines of a log, and says what is missing', () => {
    const lines = Array.from({ length: 1_000 }, () => `token=hunter2 ${'eyJaaaa-aaaa-'.repeat(800)}`)
    const budget = new MaskBudget()
    let shown: string[] = []
    expect(charsOf(() => (shown = lines.map((line) => logView(line, budget))))).toBeLessThan(1_000_000)
    expect(shown[0]).toMatch(/^token=\*\*\*/)
    expect(shown.at(-1)).toMatch(CUT)
    expect(shown.join()).not.toContain('hunter2')
  })

  it('shows a payload of 312 KB whole, and the beginning of a much larger one', () => {
    const showing = { payloads: true, full: true }
    const text = JSON.stringify({ note: 'so it was '.repeat(31_200) })
    expect(shownText(text, showing)).toMatchObject({ text, isCut: false })
    const large = JSON.stringify({ note: 'password=hunter2 '.repeat(200_000) })
    const shown = shownText(large, showing)
    expect(shown.isCut).toBe(true)
    expect(shown.text).toMatch(CUT)
    expect(shown.text).not.toContain('hunter2')
  })

  it('shares what it may mask among all texts of a job, and begins with the newest stack', () => {
    const stacks = Array.from({ length: 50 }, (_, index) => `Error: ${index}\n${'at once '.repeat(5_000)}`)
    const detail = {
      ...(DETAIL as JobDetail),
      data: null,
      result: null,
      progressText: null,
      worker: null,
      failure: 'x',
      stacks,
    }
    let view = jobView(detail, { payloads: true, full: true }, [])
    expect(charsOf(() => (view = jobView(detail, { payloads: true, full: true }, [])))).toBeLessThan(1_000_000)
    expect(view.stacks.at(-1)).toMatch(/^Error: 49/)
    expect(view.stacks[0]).toMatch(CUT)
  })
})

describe('an interval of the recorder', () => {
  const records: StoreRecord[] = []
  const buffer = new RecordBuffer((record) => {
    records.push(record)
    return true
  })
  const surroundings = {
    window: () => ({ loopBlockedMs: null, gcMs: null, cpuThrottledMs: null }),
    countInFlight: () => 0,
  }
  const options = { service: 's', node: 'n', sample: 1, redact: null } as unknown as ResolvedOptions
  const open = () => new Records(options, buffer, surroundings, (error) => expect.fail(String(error)))
  const longError = (index: number) =>
    Object.assign(new Error(`token=hunter2 ${index} ${'a'.repeat(8_000)}`), {
      stack: `Error: x\n${'so it was '.repeat(2_000)}`,
    })

  it('masks a bounded part of the errors, and says what is missing', () => {
    const kept = open()
    const chars = charsOf(() => {
      for (let index = 0; index < 190; index++) kept.exception(longError(index), 'request', false)
    })
    expect(chars).toBeLessThan(1_500_000)
    const errors = records.filter(({ type }) => type === 'exception').map(({ record }) => record as ExceptionRecord)
    expect(errors).toHaveLength(190)
    expect(errors[0]?.stack).not.toMatch(CUT)
    expect(errors.at(-1)).toMatchObject({ message: expect.stringMatching(CUT), stack: expect.stringMatching(CUT) })
    expect(JSON.stringify(errors)).not.toContain('hunter2')
    kept.startInterval()
    kept.exception(longError(200), 'request', false)
    expect(records.at(-1)).toMatchObject({ record: { stack: expect.not.stringMatching(CUT) } })
  })

  it('keeps 200 slow jobs and counts the others', () => {
    records.length = 0
    buffer.dropped = 0
    const kept = open()
    const job = { queue: 'q', id: '1', attempt: 1, waitMs: 0 }
    const ended = {
      job,
      kind: 'job',
      name: 'a',
      status: 'completed',
      durationMs: 9,
      thresholdMs: 1,
      start: 0,
      origin: { traceId: null },
    }
    for (let index = 0; index < 250; index++) recordSlowJob(kept, ended as never)
    kept.finish()
    expect([records.length, buffer.dropped]).toEqual([200, 50])
    kept.startInterval()
    recordSlowJob(kept, ended as never)
    kept.finish()
    expect(records.length).toBe(201)
  })
})
