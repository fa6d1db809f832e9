import type { HistoryPoint } from '../../api/history.js'

const FIGURES = ['from', 'to', 'nodes', 'cpu', 'cpuMax', 'rss', 'loopP99'] as const
const TRAFFIC = ['count', 'rate', 'errorRate', 'p50', 'p95', 'p99'] as const
const KINDS = ['requests', 'jobs'] as const

/** The columns of a service's past as a table. */
export const HISTORY_COLUMNS: readonly string[] = [
  'service',
  ...FIGURES,
  ...KINDS.flatMap((kind) => TRAFFIC.map((name) => `${kind}_${name}`)),
]

export function historyRow(service: string, point: HistoryPoint): readonly (string | number | null)[] {
  return [
    service,
    ...FIGURES.map((name) => point[name]),
    ...KINDS.flatMap((kind) => TRAFFIC.map((name) => point[kind]?.[name] ?? null)),
  ]
}
