import type { QueueSample } from '../../../api/queues.js'

/** What is looked at: so long, or so many samples when they are rarer, ms. */
const WINDOW_MS = 5 * 60_000
const MIN_SAMPLES = 10
/** The window in steps; each is the median of what falls into it, so that a burst that passes is no growth. */
const STEPS = 10
const MIN_STEPS = 6
/** Growth begins at so many more jobs, and at such a share more. */
const MIN_MORE = 10
const MIN_SHARE = 0.05
/** And at so much more than what a backlog goes up and down by from one sample to the next. */
const MIN_OF_NOISE = 4
/** Of all pairs of steps, rising less falling: where growth begins, and where it has ended. In between it stays what it was. */
const BEGINS = 0.6
const ENDS = 0.2
/** It has to be there for so long, as a share of the window. */
const LASTS = 0.2

/**
 * Whether a backlog is clearly rising over several minutes, by Kendall's rank correlation of its medians with time: neither
 * a batch that is being worked off nor the teeth of a regular one is.
 *
 * @param samples oldest first
 * @param isGrowing what was said before: it takes more to begin than to go on
 */
export function isRising(samples: readonly QueueSample[], isGrowing: boolean): boolean {
  const known = samples.flatMap(({ at, backlog }) => (backlog === null ? [] : [{ at, backlog }]))
  // Most queues are empty most of the time.
  if (known.length < MIN_STEPS || (known.at(-1)?.backlog ?? 0) < MIN_MORE) return false
  const window = windowOf(known)
  const now = mediansOf(known, window)
  if (isGrowing) return now.length >= MIN_STEPS && trendOf(now) > ENDS && riseOf(now) > 0
  const end = known.at(-1)?.at ?? 0
  // Chance makes a trend now and then, and hardly one that lasts.
  const earlier = known.filter(({ at }) => end - at >= window * LASTS)
  const least = MIN_OF_NOISE * noiseOf(known)
  return [now, mediansOf(earlier, window)].every((steps) => isClear(steps) && riseOf(steps) >= least)
}

function isClear(steps: readonly number[]): boolean {
  const isEnough = riseOf(steps) >= Math.max(MIN_MORE, (steps[0] ?? 0) * MIN_SHARE)
  return steps.length >= MIN_STEPS && isEnough && trendOf(steps) >= BEGINS
}

function noiseOf(samples: readonly { readonly backlog: number }[]): number {
  return median(samples.slice(1).map(({ backlog }, index) => Math.abs(backlog - (samples[index]?.backlog ?? backlog))))
}

function riseOf(steps: readonly number[]): number {
  return (steps.at(-1) ?? 0) - (steps[0] ?? 0)
}

function windowOf(samples: readonly { readonly at: number }[]): number {
  const gaps = samples.slice(1).map(({ at }, index) => at - (samples[index]?.at ?? at))
  return Math.max(WINDOW_MS, MIN_SAMPLES * median(gaps))
}

/** Of the steps that have samples. Fewer than the whole window tell nothing about minutes. */
function mediansOf(samples: readonly { readonly at: number; readonly backlog: number }[], window: number): number[] {
  const end = samples.at(-1)?.at ?? 0
  const steps = new Map<number, number[]>()
  for (const { at, backlog } of samples) {
    const step = Math.floor(((end - at) * STEPS) / window)
    if (step < STEPS) steps.set(step, [...(steps.get(step) ?? []), backlog])
  }
  return [...steps].sort(([a], [b]) => b - a).map(([, values]) => median(values))
}

/** From -1, always falling, to 1, always rising. */
function trendOf(values: readonly number[]): number {
  const pairs = values.flatMap((early, index) => values.slice(index + 1).map((late) => Math.sign(late - early)))
  return pairs.reduce((sum, sign) => sum + sign, 0) / Math.max(1, pairs.length)
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
}
