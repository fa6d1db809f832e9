import type { ProcessFigures, Rollup, SystemFigures } from '../../protocol/index.js'
import { highest, meanByTime, rounded, sumOf } from './merged-values.js'
import { mergeSystem, type SystemRow, systemOfRow, systemRow } from './system-row.js'

/** One node over a bucket: means of `cpu` and `utilization`, sums of the pauses, and the highest of all else. Unknown figures are null. */
export interface NodeFigures extends ProcessFigures {
  /** How much of the bucket the node reported, ms. */
  ms: number
  /** Highest CPU over a minute, 0–100 of all usable cores. */
  cpuMax: number | null
  /** Null if it was not reported. */
  system: SystemFigures | null
}

/** A part of what a process reported. @param share of the reported time, 0–1 @param ms length of the part */
export function nodeFiguresOf(
  { process, system }: Pick<Rollup, 'process' | 'system'>,
  share: number,
  ms: number,
): NodeFigures {
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
    system: system ?? null,
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
    system: mergeSystem(one, other),
  }
}

const FIELDS = ['cpu', 'cpuMax', 'rss', 'heapUsed', 'loopP99', 'utilization', 'gcMs', 'gcCount', 'diskPct'] as const

/** The figures, and what there is of the system. */
export type NodeRow = readonly (number | null | SystemRow)[]

export function nodeRow(figures: NodeFigures): NodeRow {
  const own = [Math.round(figures.ms), ...FIELDS.map((field) => rounded(figures[field]))]
  return figures.system ? [...own, systemRow(figures.system)] : own
}

export function nodeOfRow([ms, ...row]: NodeRow): NodeFigures {
  const values = Object.fromEntries(FIELDS.map((field, index) => [field, row[index] ?? null]))
  const system = row[FIELDS.length]
  return {
    ms: ms ?? 0,
    ...values,
    system: typeof system === 'object' && system ? systemOfRow(system) : null,
  } as unknown as NodeFigures
}

function portion(value: number | null, share: number): number | null {
  return value === null ? null : value * share
}

function meanOf(one: NodeFigures, other: NodeFigures, field: 'cpu' | 'utilization'): number | null {
  return meanByTime({ value: one[field], ms: one.ms }, { value: other[field], ms: other.ms })
}
