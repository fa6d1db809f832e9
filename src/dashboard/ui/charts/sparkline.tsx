import { memo } from 'react'
import { linePaths } from './paths.js'

interface SparklineProps {
  /** Oldest first; null leaves a gap. */
  values: readonly (number | null)[]
  /** What the height stands for at least, so that noise around nothing stays flat. */
  atLeast: number
}

const WIDTH = 96
const HEIGHT = 28

/** The shape of the recent past. The figures beside it say the rest, so it is hidden from screen readers. */
export const Sparkline = memo(function Sparkline({ values, atLeast }: SparklineProps) {
  const known = values.filter((value) => value !== null)
  if (known.length < 2) return <span className="h-7" aria-hidden="true" />
  const max = Math.max(atLeast, ...known)
  const points = values.map((value, index) => ({
    x: (index / (values.length - 1)) * WIDTH,
    y: value === null ? null : HEIGHT - 1.5 - (value / max) * (HEIGHT - 3),
  }))
  const { line, area } = linePaths(points, HEIGHT)
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      className="h-7 w-full max-w-32"
      aria-hidden="true"
      preserveAspectRatio="none"
    >
      <path d={area} className="fill-accent opacity-10" />
      <path
        d={line}
        fill="none"
        className="stroke-accent"
        vectorEffect="non-scaling-stroke"
        strokeWidth="1.5"
        strokeLinejoin="round"
        strokeLinecap="round"
      />
    </svg>
  )
})
