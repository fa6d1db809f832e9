import type { ProcessFigures } from '../../protocol/index.js'

/** One node over a bucket: means of `cpu` and `utilization`, sums of the pauses, and the highest of all else. Unknown figures are null. */
export interface NodeFigures extends ProcessFigures {
  /** How much of the bucket the node reported, ms. */
  ms: number
  /** Highest CPU over a minute, 0–100 of all usable cores. */
  cpuMax: number | null
}

/** A part of what a process reported. @param share of the reported time, 0–1 @param ms length of the part */
export function nodeFiguresOf(process: ProcessFigures | undefined, share: number, ms: number): NodeFigures {
  return {
    ms,
    cpu: process?.cpu ?? null,
    cpuMax: process?.cpu ?? null,
    rss: process?.rss ?? null,
    heapUsed: process?.heapUsed ?? null,
    loopP99: process?.loopP99 ?? null,
    utilization: process?.utilization ?? null,
    gcMs: portion(process?.gcMs ?? null, share),
    gcCount: portion(process?.gcCount ?? null, share),
    diskPct: process?.diskPct ?? null,
  }
}

/** Adds what one of the two reported to the other: means by their time. */
export function mergeNodeFigures(one: NodeFigures, other: NodeFigures): NodeFigures {
  return {
    ms: one.ms + other.ms,
    cpu: meanOf(one, other, 'cpu'),
    cpuMax: highest(one.cpuMax, other.cpuMax),
    rss: highest(one.rss, other.rss),
    heapUsed: highest(one.heapUsed, other.heapUsed),
    loopP99: highest(one.loopP99, other.loopP99),
    utilization: meanOf(one, other, 'utilization'),
    gcMs: sumOf(one.gcMs, other.gcMs),
    gcCount: sumOf(one.gcCount, other.gcCount),
    diskPct: highest(one.diskPct, other.diskPct),
  }
}

const FIELDS = ['cpu', 'cpuMax', 'rss', 'heapUsed', 'loopP99', 'utilization', 'gcMs', 'gcCount', 'diskPct'] as const

export type NodeRow = readonly (number | null)[]

export function nodeRow(figures: NodeFigures): NodeRow {
  return [Math.round(figures.ms), ...FIELDS.map((field) => rounded(figures[field]))]
}

export function nodeOfRow(row: NodeRow): NodeFigures {
  const values = Object.fromEntries(FIELDS.map((field, index) => [field, row[index + 1] ?? null]))
  return { ms: row[0] ?? 0, ...values } as unknown as NodeFigures
}

function portion(value: number | null, share: number): number | null {
  return value === null ? null : value * share
}

function meanOf(one: NodeFigures, other: NodeFigures, field: 'cpu' | 'utilization'): number | null {
  const [a, b] = [one[field], other[field]]
  if (a === null || b === null) return a ?? b
  const ms = one.ms + other.ms
  return ms === 0 ? a : (a * one.ms + b * other.ms) / ms
}

function highest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b)
}

function sumOf(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : a + b
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1_000) / 1_000
}
