import { expect, test, vi } from 'vitest'
import type { Reader } from '../../src/ports/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { KnownServices } from '../../src/zenith/fleet/known-services.js'
import { fakeClock } from '../support/fake-clock.js'

/** As long as a look reads rollups, ms. */
const READING_MS = 4_000
const NAMES = Array.from({ length: 20 }, (_, index) => `service-${index}`)

test('a look that takes too long leaves services for the next one, which begins with them', async () => {
  fakeClock()
  vi.advanceTimersByTime(1_000)
  const store = memoryStore()
  const asked: string[] = []
  let isSlow = true
  const reader: Reader = {
    ...store,
    async rollups(query) {
      asked.push(query.service)
      if (isSlow) vi.advanceTimersByTime(READING_MS)
      return store.rollups(query)
    },
  }
  const services = new KnownServices()
  await services.read(reader, new Set(NAMES), Date.now())
  const first = asked.splice(0)
  expect(first.length).toBeLessThan(NAMES.length)
  isSlow = false
  await services.read(reader, new Set(NAMES), Date.now())
  const unread = NAMES.filter((name) => !first.includes(name))
  expect(asked.slice(0, unread.length).sort()).toEqual(unread.sort())
  expect(asked.toSorted()).toEqual(NAMES.toSorted())
})
