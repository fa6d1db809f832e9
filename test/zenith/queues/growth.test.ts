import { describe, expect, it } from 'vitest'
import { isRising } from '../../../src/zenith/queues/monitor/growth.js'

const EVERY_MS = 10_000
const MINUTE = 60_000

/** A backlog at every 10 s; random, but the same in every run. */
function series(minutes: number, backlogAt: (ms: number, noise: () => number) => number, every = EVERY_MS) {
  let seed = 7
  const noise = () => {
    seed = (seed * 16_807) % 2_147_483_647
    return seed / 2_147_483_647
  }
  return Array.from({ length: Math.floor((minutes * MINUTE) / every) + 1 }, (_, index) => {
    return {
      at: 1_000_000 + index * every,
      backlog: Math.max(0, Math.round(backlogAt(index * every, noise))),
      in: null,
      out: null,
    }
  })
}

/** What is said at each sample, with the last 60 of them in view. */
function said(samples: ReturnType<typeof series>): boolean[] {
  let isGrowing = false
  return samples.map((_, index) => {
    isGrowing = isRising(samples.slice(Math.max(0, index - 59), index + 1), isGrowing)
    return isGrowing
  })
}

const changes = (answers: readonly boolean[]) =>
  answers.filter((one, index) => index > 0 && one !== answers[index - 1]).length

describe('a growing backlog', () => {
  it.each([
    ['slowly', 15, (ms: number) => ms / 10_000],
    ['steadily', 12, (ms: number) => 200 + ms / 1_000],
    ['steadily, with noise', 12, (ms: number, noise: () => number) => 500 + ms / 500 + noise() * 150],
    ['steadily, with much noise', 20, (ms: number, noise: () => number) => 500 + ms / 1_000 + noise() * 200],
    ['from a large one', 12, (ms: number, noise: () => number) => 100_000 + ms / 20 + noise() * 2_000],
    ['faster and faster', 12, (ms: number) => 1.01 ** (ms / 2_000)],
    ['in steps', 12, (ms: number) => 50 * Math.floor(ms / MINUTE)],
  ])('is told when it grows %s, once and for as long', (_, minutes, backlogAt) => {
    const answers = said(series(minutes, backlogAt))
    expect(answers.at(-1)).toBe(true)
    expect(changes(answers)).toBe(1)
    // Not before it went on for minutes.
    expect(answers.slice(0, 15)).not.toContain(true)
  })

  it.each([
    ['is empty', () => 0],
    ['stays the same', () => 5_000],
    ['goes up and down by chance', (_: number, noise: () => number) => 300 + noise() * 200],
    ['is worked off', (ms: number) => 50_000 - ms / 20],
    ['is filled every minute', (ms: number) => 1_000 * (1 - (ms % MINUTE) / MINUTE)],
    ['is filled every two minutes', (ms: number) => 5_000 * (1 - (ms % (2 * MINUTE)) / (2 * MINUTE))],
    ['gets one large batch and works it off', (ms: number) => (ms < 4 * MINUTE ? 0 : 20_000 - ms / 60)],
    ['gets one large batch that stays', (ms: number) => (ms < 6 * MINUTE ? 3 : 20_000)],
    ['gets some more of few', (ms: number) => 2 + ms / (3 * MINUTE)],
    ['is large and hardly moves', (ms: number) => 1_000_000 + ms / 1_000],
  ])('is not told of one that %s', (_, backlogAt) => {
    expect(said(series(60, backlogAt))).not.toContain(true)
  })

  it('has an end, and it does not flap on the way', () => {
    const answers = said(
      series(
        30,
        (ms, noise) => (ms < 10 * MINUTE ? ms / 300 : Math.max(0, 2_000 - (ms - 10 * MINUTE) / 500)) + noise() * 100,
      ),
    )
    expect(answers.slice(0, 61)).toContain(true)
    expect(answers.at(-1)).toBe(false)
    expect(changes(answers)).toBe(2)
  })

  it('is told of a queue that is read once a minute, and not before there are enough readings', () => {
    const answers = said(series(20, (ms) => ms / 1_000, MINUTE))
    expect(answers.at(-1)).toBe(true)
    expect(answers.slice(0, 5)).not.toContain(true)
  })

  it('is not told of what is not known', () => {
    const samples = series(12, (ms) => ms / 1_000).map((sample) => ({ ...sample, backlog: null }))
    expect(isRising(samples, false)).toBe(false)
    expect(isRising([], false)).toBe(false)
  })
})
