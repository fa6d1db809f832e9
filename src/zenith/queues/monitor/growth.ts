import type { QueueSample } from '../../../api/queues.js'

/** Period to examine, ms; extended to a minimum number of samples if these are rarer. */
const WINDOW_MS = 5 * 60_000
const MIN_SAMPLES = 10
/** Steps of the window; each is the median of its samples, so that a passing burst is no growth. */
const STEPS = 10
const MIN_STEPS = 6
/** Smallest increase in jobs for growth to start, and smallest share. */
const MIN_MORE = 10
const MIN_SHARE = 0.05
/** Smallest increase as a multiple of the usual change between two samples. */
const MIN_OF_NOISE = 4
/**
 * Rising less falling pairs of steps, as a share of all: growth starts at the first and ends at the second. In between, the state stays.
 */
const BEGINS = 0.6
const ENDS = 0.2
/** How long it must last, as a share of the window. */
const LASTS = 0.2

/**
 * Whether a backlog clearly rises over several minutes, by Kendall's rank correlation of its medians with time. A batch being processed is
 * no growth, nor is the sawtooth of a regular one.
 *
 * @param samples oldest first
 * @param isGrowing the previous result: starting takes more than continuing
 */
export function isRising(samples: readonly QueueSample[], isGrowing: boolean): boolean {
  const known = samples.flatMap(({ at, backlog }) => (backlog === null ? [] : [{ at, backlog }]))
  // Most queues are empty most of the time.
  if (known.length < MIN_STEPS || (known.at(-1)?.backlog ?? 0) < MIN_MORE) return false
  const window = windowOf(known)
  const now = mediansOf(known, window)
  if (isGrowing) return now.length >= MIN_STEPS && trendOf(now) > ENDS && riseOf(now) > 0
  const end = known.at(-1)?.at ?? 0
  // Chance produces a trend now and then, but seldom one that lasts.
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

/** Medians of the steps that have samples. A part of the window would show nothing about minutes. */
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
