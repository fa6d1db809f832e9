import type { ProcessFigures } from '../../protocol/index.js'

/** One node over a bucket. Unknown figures are null, never 0. */
export interface NodeFigures {
  /** How much of the bucket the node reported, ms. */
  ms: number
  /** Mean and highest CPU, 0–100 of all usable cores. */
  cpu: number | null
  cpuMax: number | null
  /** Highest memory, bytes. */
  rss: number | null
  heapUsed: number | null
  /** The worst 99th percentile of event-loop delays, ms. */
  loopP99: number | null
  /** Mean utilization of the event loop, 0–1. */
  utilization: number | null
  /** Sum of the garbage collection pauses, ms, and their number. */
  gcMs: number | null
  gcCount: number | null
  /** The highest usage of the fullest disk, 0–100. */
  diskPct: number | null
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
