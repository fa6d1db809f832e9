import { type Fields, fieldsOf, own, readAmount, readPercent, upTo } from './read.js'

/** A process over a minute of its history. Unknown figures are null, never 0. */
export interface ProcessFigures {
  /** Mean CPU, 0–100 of all usable cores. */
  cpu: number | null
  /** The most that it was in a heartbeat of the minute, bytes. */
  rss: number | null
  heapUsed: number | null
  /** The worst 99th percentile of event-loop delays over an interval, ms. */
  loopP99: number | null
  /** Mean utilization of the event loop, 0–1. */
  utilization: number | null
  /** Sum of the garbage collection pauses, ms, and their number. */
  gcMs: number | null
  gcCount: number | null
  /** Usage of the fullest disk, 0–100. */
  diskPct: number | null
}

/** Reads the field `process` of a rollup; null without it. Missing and invalid figures are null. */
export function readProcess(fields: Fields): ProcessFigures | null {
  const process = fieldsOf(own(fields, 'process'))
  if (!process) return null
  return {
    cpu: readPercent(process, 'cpu'),
    rss: readAmount(process, 'rss'),
    heapUsed: readAmount(process, 'heapUsed'),
    loopP99: readAmount(process, 'loopP99'),
    utilization: upTo(1, readAmount(process, 'utilization')),
    gcMs: readAmount(process, 'gcMs'),
    gcCount: readAmount(process, 'gcCount'),
    diskPct: readPercent(process, 'diskPct'),
  }
}
