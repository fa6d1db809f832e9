import { expect, it } from 'vitest'
import { inBatches, inSlices, inTime, isDoneIn, nextTurn, TOO_LATE, withTimeout } from '../../src/lib/async.js'

const never = new Promise<string>(() => {})

it('gives what comes in time, and says when nothing did', async () => {
  expect(await inTime(Promise.resolve('a'), 1_000)).toBe('a')
  expect(await inTime(never, 1)).toBe(TOO_LATE)
  expect(await isDoneIn(Promise.resolve(), 1_000)).toBe(true)
  expect(await isDoneIn(never, 1)).toBe(false)
  await expect(withTimeout(never, 1)).rejects.toThrow('timed out')
  for (const wait of [inTime, isDoneIn, withTimeout]) {
    await expect(wait(Promise.reject(new Error('no')), 1_000)).rejects.toThrow('no')
  }
})

it('works on every item, and lets the event loop turn', async () => {
  const items = Array.from({ length: 10 }, (_, index) => index)
  let turns = 0
  let isOver = false
  const count = async () => {
    while (!isOver) {
      await nextTurn()
      turns++
    }
  }
  void count()
  const seen: number[] = []
  await inSlices(items, 3, (item) => seen.push(item))
  await inBatches(items, 4, async (item) => void seen.push(item))
  isOver = true
  expect(seen).toEqual([...items, ...items])
  expect(turns).toBeGreaterThanOrEqual(5)
})
