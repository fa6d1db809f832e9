import { expect, it } from 'vitest'
import { Throughput } from '../../src/core/queue-reporting/throughput.js'

it('is not known before the second reading', () => {
  const throughput = new Throughput()
  expect(throughput.note(0, 100)).toBeNull()
  expect(throughput.note(10_000, 105)).toBe(30)
  expect(throughput.note(20_000, 105)).toBe(15)
})

it('is that of about the last minute', () => {
  const throughput = new Throughput()
  const perMinute = (minute: number) => (minute < 2 ? 10 : 100)
  let total = 0
  let last: number | null = null
  for (let at = 0; at <= 300_000; at += 10_000) {
    last = throughput.note(at, total)
    total += perMinute(at / 60_000) / 6
  }
  expect(last).toBeCloseTo(100)
})

it('of readings that are further apart than a minute is that of the time between', () => {
  const throughput = new Throughput()
  throughput.note(0, 0)
  throughput.note(180_000, 6)
  expect(throughput.note(360_000, 12)).toBe(2)
})

it('is unknown when the count begins anew or is unknown, and then it is told from there', () => {
  const throughput = new Throughput()
  throughput.note(0, 500)
  throughput.note(10_000, 510)
  expect(throughput.note(20_000, 3)).toBeNull()
  expect(throughput.note(30_000, 4)).toBe(6)
  expect(throughput.note(40_000, null)).toBeNull()
  expect(throughput.note(50_000, 10)).toBeNull()
  expect(throughput.note(60_000, 10)).toBe(0)
})

it('of readings in quick succession is told over the whole minute', () => {
  const throughput = new Throughput()
  let last: number | null = null
  for (let at = 0; at <= 120_000; at += 100) last = throughput.note(at, at < 60_000 ? 0 : (at - 60_000) / 1_000)
  expect(last).toBeGreaterThan(59)
  expect(last).toBeLessThanOrEqual(60)
})
