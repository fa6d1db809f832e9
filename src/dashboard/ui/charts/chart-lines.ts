export interface ChartLine {
  name: string
  /** A colour token of the theme: `--accent`. */
  color: string
  /** Lengths of dashes and gaps in px; lines differ by more than their colour. */
  dash?: readonly number[]
  isFilled?: boolean
  /** One for each time; null leaves a gap. */
  values: readonly (number | null)[]
}

export interface ChartData {
  /** Unix ms, oldest first. */
  times: readonly number[]
  lines: readonly ChartLine[]
}
