import { memo } from 'react'
import { linePaths } from '../../ui/charts/paths.js'

interface RuleSparkProps {
  /** Oldest first; null leaves a gap. */
  values: readonly (number | null)[]
  threshold: number
  isMet: boolean
}

const WIDTH = 96
const HEIGHT = 28
const PAD = 3

/** The last worst values, with the threshold as a line. The figures beside it say the rest, so it is hidden from screen readers. */
export const RuleSpark = memo(function RuleSpark({ values, threshold, isMet }: RuleSparkProps) {
  const known = values.filter((value) => value !== null)
  if (known.length < 2) return null
  const { yOf } = scaleOf(known, threshold)
  const points = values.map((value, index) => ({
    x: (index / (values.length - 1)) * WIDTH,
    y: value === null ? null : yOf(value),
  }))
  const at = yOf(threshold)
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className="h-7 w-24 shrink-0" aria-hidden="true" preserveAspectRatio="none">
      <line
        x1="0"
        x2={WIDTH}
        y1={at}
        y2={at}
        className="stroke-bad opacity-70"
        strokeDasharray="3 3"
        strokeWidth="1"
        vectorEffect="non-scaling-stroke"
      />
      <path
        d={linePaths(points, HEIGHT).line}
        fill="none"
        className={isMet ? 'stroke-bad' : 'stroke-accent'}
        vectorEffect="non-scaling-stroke"
        strokeWidth="1.5"
        strokeLinejoin="round"
        strokeLinecap="round"
      />
    </svg>
  )
})

/** From 0, or below it, to what is highest: the threshold is always within. */
function scaleOf(known: readonly number[], threshold: number): { yOf: (value: number) => number } {
  const low = Math.min(0, threshold, ...known)
  const high = Math.max(threshold, ...known)
  const height = high - low || 1
  return { yOf: (value) => HEIGHT - PAD - ((value - low) / height) * (HEIGHT - 2 * PAD) }
}
