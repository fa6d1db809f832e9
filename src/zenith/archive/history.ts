import type { GapMark, HistoryPoint, HistoryView, VersionMark } from '../../api/history.js'
import type { TrafficPoint } from '../../api/services.js'
import type { TimeWindow } from '../../api/time-window.js'
import type { VersionChange } from '../../archiver/feeds/versions.js'
import type { NodeFigures } from '../../archiver/figures/node-figures.js'
import { TrafficBucket } from '../../archiver/figures/traffic-bucket.js'
import { nextTurn } from '../../lib/async.js'
import type { Archive, ArchivedRecord, ArchiveGap } from '../../ports/index.js'
import { reportedMs, TotalSum } from './traffic-sum.js'

const SLICE = 8

/** A service by steps. @param step ms; `from` and `to` are multiples of it @param now Unix ms */
export async function historyOf(
  archive: Pick<Archive, 'figures'>,
  service: string,
  { from, to }: TimeWindow,
  step: number,
  now: number,
): Promise<HistoryView> {
  const buckets = await archive.figures({ kind: 'traffic', scope: service, step, from, to })
  const points: HistoryPoint[] = []
  for (const [index, { from: start, body }] of buckets.entries()) {
    if (index % SLICE === SLICE - 1) await nextTurn()
    const bucket = TrafficBucket.decode(body)
    if (bucket) points.push(pointOf(bucket, start, step, now))
  }
  return { service, from, to, step, points }
}

function pointOf(bucket: TrafficBucket, from: number, step: number, now: number): HistoryPoint {
  const to = from + step
  const ms = reportedMs(bucket, from, step, now)
  const nodes = [...bucket.nodes.values()]
  return {
    from,
    to,
    requests: totalOf(bucket.routes.values(), to, ms),
    jobs: totalOf(bucket.jobs.values(), to, ms),
    nodes: bucket.nodes.size + bucket.moreNodes,
    cpu: meanCpu(nodes),
    cpuMax: highest(nodes, 'cpuMax'),
    rss: highest(nodes, 'rss'),
    loopP99: highest(nodes, 'loopP99'),
  }
}

/** @returns null without requests or jobs @param at end of the time, Unix ms @param ms its length */
export function totalOf(figures: Parameters<TotalSum['add']>[0], at: number, ms: number): TrafficPoint | null {
  const total = new TotalSum()
  total.add(figures)
  return total.count > 0 ? total.point(at, ms) : null
}

function meanCpu(nodes: readonly NodeFigures[]): number | null {
  const known = nodes.filter(({ cpu, ms }) => cpu !== null && ms > 0)
  const ms = known.reduce((sum, node) => sum + node.ms, 0)
  return ms > 0 ? known.reduce((sum, node) => sum + (node.cpu ?? 0) * node.ms, 0) / ms : null
}

function highest(nodes: readonly NodeFigures[], figure: 'cpuMax' | 'rss' | 'loopP99'): number | null {
  const known = nodes.flatMap((node) => node[figure] ?? [])
  return known.length > 0 ? Math.max(...known) : null
}

/** A version change as charts mark it. */
export function versionMarkOf({ at, service, body }: ArchivedRecord): VersionMark {
  const { added, removed, live, isFirst } = JSON.parse(body) as VersionChange
  return { at, service: service ?? '', added, removed, live, isFirst }
}

export function gapMarkOf({ stream, from, to, lost }: ArchiveGap): GapMark {
  const colon = stream.indexOf(':')
  const name = colon < 0 ? stream : stream.slice(0, colon)
  return { from, to, stream: name, service: colon < 0 ? null : stream.slice(colon + 1) || null, lost }
}
