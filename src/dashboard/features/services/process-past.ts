import type { ProcessMinute } from '../../../api/process-history.js'
import type { ChartData } from '../../ui/charts/chart-lines.js'
import type { Measure } from '../../ui/charts/scale.js'

const MINUTE_MS = 60_000
/** A minute begins where the one before ends: a longer pause was not reported, ms. */
const MAX_PAUSE_MS = 30_000

export interface PastChart {
  readonly title: string
  readonly data: ChartData
  readonly measure: Measure
  /** See `PlotProps`. */
  readonly atLeast: number
}

type Figure = (minute: ProcessMinute) => number | null

/** The charts of a process, without those whose figures are all unknown. */
export function chartsOfPast(minutes: readonly ProcessMinute[]): readonly PastChart[] {
  const chart = (title: string, measure: Measure, atLeast: number, lines: readonly [string, Figure][]): PastChart => {
    return { title, measure, atLeast, data: linesOf(minutes, lines) }
  }
  const perMinute = (read: Figure): Figure => {
    return (minute) => scaled(read(minute), MINUTE_MS / Math.max(1, minute.at - minute.from))
  }
  const served = minutes.some(({ requests }) => (requests ?? 0) > 0)
  return [
    chart('CPU of the process', 'percent', 5, [['CPU', ({ cpu }) => cpu]]),
    chart('Memory', 'bytes', 1_048_576, [
      ['RSS', ({ rss }) => rss],
      ['heap used', ({ heapUsed }) => heapUsed],
    ]),
    chart('Event-loop delay', 'duration', 20, [['p99', ({ loopP99 }) => loopP99]]),
    chart('Event loop busy', 'percent', 5, [['utilization', ({ utilization }) => scaled(utilization, 100)]]),
    chart('GC time per minute', 'duration', 20, [['paused', perMinute(({ gcMs }) => gcMs)]]),
    chart('GC pauses', 'perMinute', 5, [['pauses', perMinute(({ gcCount }) => gcCount)]]),
    chart('Fullest disk', 'percent', 100, [['used', ({ diskPct }) => diskPct]]),
    ...(served
      ? [
          chart('Requests', 'rate', 0.2, [
            ['rate', ({ requests, from, at }) => scaled(requests, 1_000 / Math.max(1, at - from))],
          ]),
        ]
      : []),
  ].filter(({ data }) => data.lines.some(({ values }) => values.some((value) => value !== null)))
}

function scaled(value: number | null, factor: number): number | null {
  return value === null ? null : value * factor
}

const COLORS = ['--accent', '--second'] as const

function linesOf(minutes: readonly ProcessMinute[], lines: readonly [string, Figure][]): ChartData {
  const points = minutes.flatMap((minute, index) => {
    const before = minutes[index - 1]
    if (!before || minute.from - before.at <= MAX_PAUSE_MS) return [{ at: minute.at, minute }]
    return [
      { at: (before.at + minute.from) / 2, minute: null },
      { at: minute.at, minute },
    ]
  })
  return {
    times: points.map(({ at }) => at),
    lines: lines.map(([name, read], index) => ({
      name,
      color: COLORS[index] ?? COLORS[0],
      ...(index === 0 ? { isFilled: lines.length === 1 } : { dash: [6, 3] }),
      values: points.map(({ minute }) => minute && read(minute)),
    })),
  }
}
