import { describe, expect, it } from 'vitest'
import { Running } from '../../src/core/jobs/job-trace.js'

describe('what runs now', () => {
  it('is found by its object until it is removed, in whatever order', () => {
    const subjects = [{}, {}, {}, {}]
    const running = new Running<number>()
    for (const [index, subject] of subjects.entries()) running.put(subject, index)
    const left = () => subjects.map((subject) => running.find(subject))
    expect(left()).toEqual([0, 1, 2, 3])
    running.remove(subjects[1] as object)
    expect(left()).toEqual([0, null, 2, 3])
    running.remove(subjects[3] as object)
    expect(left()).toEqual([0, null, 2, null])
    running.remove(subjects[3] as object)
    running.remove(subjects[0] as object)
    expect(left()).toEqual([null, null, 2, null])
    running.put(subjects[0] as object, 9)
    expect(left()).toEqual([9, null, 2, null])
  })

  it('does not grow without end when nobody tells of ends', () => {
    const first = {}
    const running = new Running<number>()
    running.put(first, 0)
    for (let index = 1; index < 10_000; index++) running.put({}, index)
    expect(running.find(first)).toBe(0)
    const last = {}
    running.put(last, 10_000)
    expect([running.find(first), running.find(last)]).toEqual([null, 10_000])
  })
})
