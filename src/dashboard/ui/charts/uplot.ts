import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { TimeWindow } from '../../../api/time-window.js'
import { dayOf, hasDays } from '../period.js'
import { onColorsChange } from '../theme.js'
import type { ChartData } from './chart-lines.js'
import { axisLabels, axisMarks, heightOf, type Measure, windowOf } from './scale.js'

interface PlotOptions {
  data: ChartData
  measure: Measure
  /** How far back was asked for, ms; null for all that is known. */
  periodMs: number | null
  /** Unix ms by the server's clock. */
  now: number
  /** What the height stands for at least. */
  atLeast: number
  /** A window that replaces the period. */
  window: TimeWindow | null
  /** Which moment is pointed at. */
  onPoint: (index: number | null) => void
  /** A stretch of time was dragged over, Unix ms. */
  onSelect: (from: number, to: number) => void
}

/** What changes while a plot stays. */
type Shown = Pick<PlotOptions, 'data' | 'now' | 'window'>

export interface PlotHandle {
  setData(shown: Shown): void
  /** Points at the next (1) or last (-1) moment, in all charts of the page. */
  step(by: 1 | -1): void
  /** Points at nothing. */
  leave(): void
  destroy(): void
}

/** The charts that point at one moment together. */
const SYNC = 'moment'

/** The room between two marks of the vertical axis at least, px. */
const MARK_SPACE = 34
/** The height of the time axis with the space above the plot, px. */
const TIME_AXIS = 32

/** A shorter drag is a click, px. */
const DRAG_PX = 8

/** The charts of a page share what is pointed at; a drag is one chart's alone. */
function isPointing(type: string): boolean {
  return type !== 'mousedown' && type !== 'mouseup'
}

function tellSelection(plot: uPlot, onSelect: PlotOptions['onSelect']): void {
  const { left, width } = plot.select
  if (width < DRAG_PX) return
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
  onSelect(plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x'))
}

/** Draws into an element, and follows its size and the theme. */
export function createPlot(box: HTMLElement, options: PlotOptions): PlotHandle {
  const colors = readColors(box)
  const shown = { data: options.data, now: options.now, window: options.window }
  const plot = new uPlot(plotOptions(box, options, shown, colors.get), alignedOf(options.data), box)
  const observer = new ResizeObserver(() => {
    if (box.clientWidth > 0) plot.setSize({ width: box.clientWidth, height: box.clientHeight })
  })
  observer.observe(box)
  const unfollow = onColorsChange(() => {
    colors.forget()
    plot.redraw()
  })
  return {
    setData(next) {
      Object.assign(shown, next)
      plot.setData(alignedOf(next.data))
    },
    step(by) {
      const [times] = plot.data
      const index = (plot.cursor.idx ?? times.length) + by
      pointAt(times[Math.min(times.length - 1, Math.max(0, index))])
    },
    leave: () => pointAt(undefined),
    destroy() {
      observer.disconnect()
      unfollow()
      colors.end()
      plot.destroy()
    },
  }
}

/** @param time Unix ms; without it at nothing */
function pointAt(time: number | undefined): void {
  for (const plot of uPlot.sync(SYNC).plots) {
    const left = time === undefined ? -10 : plot.valToPos(time, 'x')
    plot.setCursor({ left, top: time === undefined ? -10 : plot.over.clientHeight / 2 })
  }
}

function alignedOf({ times, lines }: ChartData): uPlot.AlignedData {
  return [[...times], ...lines.map(({ values }) => [...values])]
}

function plotOptions(
  box: HTMLElement,
  options: PlotOptions,
  shown: Readonly<Shown>,
  color: (css: string) => string,
): uPlot.Options {
  const { data, measure, periodMs, atLeast, onPoint, onSelect } = options
  const height = () => heightOf(shown.data, atLeast)
  const axis: uPlot.Axis = {
    stroke: () => color('var(--soft)'),
    font: `11px ${getComputedStyle(box).fontFamily}`,
    grid: { stroke: () => color('var(--line)'), width: 1 },
    ticks: { show: false },
  }
  return {
    width: Math.max(1, box.clientWidth),
    height: Math.max(1, box.clientHeight),
    ms: 1,
    padding: [8, 4, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: SYNC, filters: { pub: isPointing, sub: () => true } },
      drag: { x: true, y: false, setScale: false, dist: DRAG_PX },
      y: false,
      points: { size: 7 },
    },
    hooks: {
      setCursor: [(plot) => onPoint(plot.cursor.idx ?? null)],
      setSelect: [(plot) => tellSelection(plot, onSelect)],
    },
    scales: {
      x: { time: true, range: () => windowOf(shown.data.times, periodMs, shown.now, shown.window) },
      y: { range: () => [0, height()] },
    },
    axes: [
      {
        ...axis,
        size: 24,
        gap: 4,
        space: (_plot, _axis, from, to) => (hasDays(to - from) ? 76 : 54),
        grid: { show: false },
        values: timeLabels,
      },
      {
        ...axis,
        size: 52,
        gap: 6,
        splits: (plot) => axisMarks(measure, height(), Math.floor((plot.height - TIME_AXIS) / MARK_SPACE)),
        values: (_plot, values) => axisLabels(measure, height(), values),
      },
    ],
    series: [
      {},
      ...(data.lines.map((line) => ({
        label: line.name,
        width: 1.5,
        points: { size: 5, show: isSparse, filter: (plot, index, show) => (show ? null : lonePoints(plot, index)) },
        dash: [...(line.dash ?? [])],
        stroke: () => color(`var(${line.color})`),
        fill: line.isFilled ? () => color(`color-mix(in srgb, var(${line.color}) 16%, transparent)`) : undefined,
      })) as uPlot.Series[]),
    ],
  }
}

/** A few points are shown as such; many would hide their lines. */
function isSparse(_plot: uPlot, _series: number, from: number, to: number): boolean {
  return to - from < 8
}

/** Those between two gaps have no line to be seen by. */
function lonePoints(plot: uPlot, series: number): number[] {
  const values = plot.data[series] ?? []
  const isKnown = (index: number) => values[index] !== null && values[index] !== undefined
  return Array.from(values.keys()).filter((index) => isKnown(index) && !isKnown(index - 1) && !isKnown(index + 1))
}

/** A label needs room on both sides: those at the edges would be cut off, or lie on the other axis's. */
const EDGE = 0.08

function timeLabels({ scales: { x } }: uPlot, times: readonly number[]): string[] {
  const min = x?.min ?? 0
  const max = x?.max ?? 0
  const isFine = times.length > 1 && (times[1] as number) - (times[0] as number) < 60_000
  const format = new Intl.DateTimeFormat(undefined, {
    hour: '2-digit',
    minute: '2-digit',
    second: isFine ? '2-digit' : undefined,
    hourCycle: 'h23',
  })
  return times.map((at) => {
    const share = (at - min) / Math.max(1, max - min)
    if (share < EDGE || share > 1 - EDGE) return ''
    return hasDays(max - min) && isMidnight(at) ? dayOf(at) : format.format(at)
  })
}

function isMidnight(at: number): boolean {
  const date = new Date(at)
  return date.getHours() === 0 && date.getMinutes() === 0
}

/** A canvas knows no custom properties: the browser itself is asked what a colour is here and now. */
function readColors(box: HTMLElement) {
  const probe = document.createElement('span')
  probe.hidden = true
  box.append(probe)
  const known = new Map<string, string>()
  return {
    get(css: string): string {
      const before = known.get(css)
      if (before) return before
      probe.style.color = css
      const color = getComputedStyle(probe).color
      known.set(css, color)
      return color
    },
    forget: () => known.clear(),
    end: () => probe.remove(),
  }
}
