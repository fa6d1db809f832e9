export interface PathPoint {
  x: number
  /** null leaves a gap. */
  y: number | null
}

/** SVG paths through the known points: the line, and the area between it and the bottom. */
export function linePaths(points: readonly PathPoint[], bottom: number): { line: string; area: string } {
  const runs = knownRuns(points)
  const line = runs.map((run) => `M${run.map(at).join('L')}`).join('')
  const area = runs
    .filter((run) => run.length > 1)
    .map((run) => `M${run[0]?.x.toFixed(1)},${bottom}L${run.map(at).join('L')}L${run.at(-1)?.x.toFixed(1)},${bottom}Z`)
    .join('')
  return { line, area }
}

interface KnownPoint {
  x: number
  y: number
}

function at({ x, y }: KnownPoint): string {
  return `${x.toFixed(1)},${y.toFixed(1)}`
}

/** A lone point becomes a run of two, so that its line has something to draw. */
function knownRuns(points: readonly PathPoint[]): KnownPoint[][] {
  const runs: KnownPoint[][] = []
  let open: KnownPoint[] | null = null
  for (const { x, y } of points) {
    if (y === null) open = null
    else if (open) open.push({ x, y })
    else {
      open = [{ x, y }]
      runs.push(open)
    }
  }
  return runs.map((run) => (run.length === 1 && run[0] ? [run[0], run[0]] : run))
}
