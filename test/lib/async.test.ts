import { describe, expect, it } from 'vitest'
import { inBatches, inSlices, inSteps, inTime, isDoneIn, nextTurn, TOO_LATE, withTimeout } from '../../src/lib/async.js'

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

describe('inSteps', () => {
  function* busy(steps: number): Generator<void, string> {
    for (let step = 0; step < steps; step++) {
      const until = performance.now() + 5
      while (performance.now() < until);
      yield
    }
    return 'done'
  }

  it('lets the rest of the process run in between, and returns what the steps return', async () => {
    let turns = 0
    const timer = setInterval(() => {
      turns += 1
    }, 0)
    expect(await inSteps(busy(40))).toBe('done')
    clearInterval(timer)
    expect(turns).toBeGreaterThan(3)
  })

  it('rejects with what a step throws', async () => {
    const failing = (function* (): Generator<void, void> {
      yield
      throw new Error('no')
    })()
    await expect(inSteps(failing)).rejects.toThrow('no')
  })
})
