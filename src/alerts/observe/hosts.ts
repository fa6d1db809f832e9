import type { Metric } from '../../api/alert-metrics.js'
import type { NodeView } from '../../api/nodes.js'
import type { DiskFigures, Heartbeat } from '../../protocol/index.js'
import { memoryLimit } from './nodes.js'
import { figure, highest, percentOf, type Reading } from './reading.js'

export type HostMetric = Extract<Metric, `host.${string}`>

/** @param beats of the live nodes of a host, the freshest first */
type Read = (beats: readonly Heartbeat[]) => number | null

const READERS: Readonly<Record<HostMetric, Read>> = {
  'host.cpu': (beats) => freshest(beats, ({ cpu }) => cpu.system),
  // Containers that share a name have limits of their own.
  'host.memory': (beats) => highest(beats.map((beat) => percentOf(beat.memory.system.used, memoryLimit(beat)))),
  'host.diskFree': (beats) => freeOf(fullest(beats)),
  'host.diskFreeBytes': (beats) => fullest(beats)?.free ?? null,
  'host.load': (beats) => freshest(beats, ({ cpu }) => (cpu.load && cpu.cores ? cpu.load[0] / cpu.cores : null)),
}

/** @param nodes of one host: the figures are those of the live ones */
export function readHost(metric: HostMetric, nodes: readonly NodeView[]): Reading {
  const beats = nodes.flatMap(({ state, heartbeat }) => (state === 'live' && heartbeat ? [heartbeat] : []))
  return figure(READERS[metric](beats.sort((a, b) => b.timestamp - a.timestamp)))
}

function freshest(beats: readonly Heartbeat[], read: (beat: Heartbeat) => number | null): number | null {
  for (const beat of beats) {
    const value = read(beat)
    if (value !== null) return value
  }
  return null
}

/** Each node may see other disks. */
function fullest(beats: readonly Heartbeat[]): DiskFigures | null {
  const disks = beats.flatMap(({ disk }) => disk ?? []).filter((disk) => freeOf(disk) !== null)
  return disks.reduce<DiskFigures | null>((least, disk) => (least && isFuller(least, disk) ? least : disk), null)
}

function isFuller(one: DiskFigures, other: DiskFigures): boolean {
  return (freeOf(one) ?? 100) <= (freeOf(other) ?? 100)
}

/** 0–100. */
function freeOf(disk: DiskFigures | null): number | null {
  if (!disk) return null
  return disk.usedPct === null ? percentOf(disk.free, disk.total) : Math.max(0, 100 - disk.usedPct)
}
