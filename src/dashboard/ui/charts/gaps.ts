/** Lines over time, see `ChartData`. */
interface Lines<L> {
  readonly times: readonly number[]
  readonly lines: readonly L[]
}

/** Points of a grid are at most two minutes apart, and samples one: a longer pause was not seen, ms. */
const MAX_STEP_MS = { grid: 150_000, samples: 90_000 } as const
/** Points of a grid have the same distance; samples come about every interval, and a late one is no gap. */
const STEPS = { grid: 1.5, samples: 2.5 } as const

/** Or the distance of the points, ms: the archive's may be hours apart. */
export type Spacing = keyof typeof STEPS | number

/** The indexes of points before which something was not seen. @param times Unix ms, oldest first */
export function gapsBefore(times: readonly number[], spacing: Spacing): ReadonlySet<number> {
  const steps = times.slice(1).map((time, index) => time - (times[index] ?? time))
  const limit = longestStep(steps, spacing)
  return new Set(steps.flatMap((step, index) => (step > limit ? [index + 1] : [])))
}

function longestStep(steps: readonly number[], spacing: Spacing): number {
  if (typeof spacing === 'number') return spacing * STEPS.grid
  const usual = steps.toSorted((a, b) => a - b)[Math.floor((steps.length - 1) / 2)] ?? 0
  return Math.min(MAX_STEP_MS[spacing], usual * STEPS[spacing])
}

/** The values with a gap wherever something was not seen. */
export function withBreaks<T>(values: readonly T[], gaps: ReadonlySet<number>): (T | null)[] {
  if (gaps.size === 0) return [...values]
  return values.flatMap((value, index) => (gaps.has(index) ? [null, value] : [value]))
}

/** What was not seen is a gap, never a line between the points around it. */
export function withGaps<L extends { readonly values: readonly (number | null)[] }>(
  { times, lines }: Lines<L>,
  spacing: Spacing,
): { times: readonly number[]; lines: readonly L[] } {
  const gaps = gapsBefore(times, spacing)
  if (gaps.size === 0) return { times, lines }
  const between = (index: number) => ((times[index - 1] ?? 0) + (times[index] ?? 0)) / 2
  return {
    times: times.flatMap((time, index) => (gaps.has(index) ? [between(index), time] : [time])),
    lines: lines.map((line) => ({ ...line, values: withBreaks(line.values, gaps) })),
  }
}

/** The past of one figure for a sparkline. @param samples oldest first @param spacing always the same one for the same samples */
export function pastOf<T extends { readonly at: number }>(
  samples: readonly T[],
  read: (sample: T) => number | null,
  spacing: Spacing = 'samples',
): (number | null)[] {
  return withBreaks(samples.map(read), gapsOf(samples, spacing))
}

/** Of samples that several figures are read from. */
const gapsOfSamples = new WeakMap<object, ReadonlySet<number>>()

function gapsOf(samples: readonly { readonly at: number }[], spacing: Spacing): ReadonlySet<number> {
  const known = gapsOfSamples.get(samples)
  if (known) return known
  const times = samples.map(({ at }) => at)
  const gaps = gapsBefore(times, spacing)
  gapsOfSamples.set(samples, gaps)
  return gaps
}
