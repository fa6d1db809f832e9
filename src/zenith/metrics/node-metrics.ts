import type { NodeView } from '../../api/nodes.js'
import { blockedFor, type DiskFigures, type Heartbeat } from '../../protocol/index.js'
import type { Family, Labels, Sample } from './exposition.js'

interface NodeGauge {
  readonly name: string
  readonly type?: 'counter'
  readonly help: string
  /** Null if unknown. */
  readonly read: (beat: Heartbeat) => number | null | undefined
}

/** From a live node's last heartbeat. Names without `quasar_` are those of OpenTelemetry's semantic conventions. */
const GAUGES: readonly NodeGauge[] = [
  gauge('process_cpu_utilization_ratio', 'CPU of the process as a share of all usable cores.', (b) =>
    ratio(b.cpu.process),
  ),
  gauge('system_cpu_utilization_ratio', 'CPU of the machine or container as a share of all usable cores.', (b) =>
    ratio(b.cpu.system),
  ),
  gauge('quasar_cpu_cores', 'Usable cores; a fraction when a quota says so.', (b) => b.cpu.cores),
  gauge('quasar_cpu_throttled_seconds', 'How long the CPU quota held the node back in the last interval.', (b) =>
    seconds(b.cpu.throttled),
  ),
  gauge('process_memory_usage_bytes', 'Resident set of the process.', (b) => b.memory.process.rss),
  gauge('system_memory_limit_bytes', 'Memory of the machine or container.', (b) => b.memory.system.total),
  gauge('quasar_memory_limit_bytes', "The container's memory limit.", (b) => b.memory.system.limit),
  gauge('v8js_memory_heap_used_bytes', 'Heap in use, all spaces together.', (b) => b.memory.process.heapUsed),
  gauge('v8js_memory_heap_limit_bytes', 'How large the heap may become.', (b) => b.memory.process.heapLimit),
  gauge('nodejs_eventloop_utilization_ratio', 'Share of the last interval that the event loop was busy.', (b) => {
    return b.eventLoop?.utilization
  }),
  gauge('nodejs_eventloop_delay_p50_seconds', 'Median event-loop delay of the last interval.', (b) =>
    seconds(b.eventLoop?.p50),
  ),
  gauge('nodejs_eventloop_delay_p99_seconds', '99th percentile of the event-loop delay of the last interval.', (b) =>
    seconds(b.eventLoop?.p99),
  ),
  gauge('nodejs_eventloop_delay_max_seconds', 'Longest event-loop delay of the last interval.', (b) =>
    seconds(b.eventLoop?.max),
  ),
  gauge('nodejs_eventloop_delay_mean_seconds', 'Mean event-loop delay of the last interval.', (b) =>
    seconds(b.eventLoop?.mean),
  ),
  gauge('quasar_node_blocked_seconds', 'How long the event loop has been blocked, as the heartbeat thread says.', (b) =>
    seconds(blockedFor(b)),
  ),
  gauge('quasar_gc_pauses', 'Garbage collection pauses of the last interval.', (b) => b.gc?.count),
  gauge('quasar_gc_pause_seconds', 'Garbage collection pauses of the last interval, together.', (b) =>
    seconds(b.gc?.totalMs),
  ),
  gauge('quasar_gc_pause_max_seconds', 'The longest garbage collection pause of the last interval.', (b) =>
    seconds(b.gc?.maxMs),
  ),
  gauge('process_uptime_seconds', 'How long the process runs.', (b) => b.runtime.uptime),
  gauge('http_server_active_requests', 'Requests that are not answered yet.', (b) => b.requests?.inFlight),
  gauge('quasar_oldest_request_seconds', 'Age of the oldest request that is not answered yet.', (b) =>
    seconds(b.requests?.oldestMs),
  ),
  gauge('quasar_open_connections', 'WebSockets, event streams and long polls that are open.', (b) => {
    return b.connections?.open
  }),
  gauge('quasar_opened_connections', 'Connections of this kind that were opened in the last interval.', (b) => {
    return b.connections?.opened
  }),
  {
    ...gauge('quasar_recorder_dropped_records_total', 'Records that the node could not report.', (b) => {
      return b.recorder?.dropped
    }),
    type: 'counter',
  },
]

function gauge(name: string, help: string, read: NodeGauge['read']): NodeGauge {
  return { name, help, read }
}

export function nodeFamilies(nodes: readonly NodeView[]): Family[] {
  const live = nodes.flatMap(({ service, id, state, heartbeat }) =>
    state === 'live' && heartbeat ? [{ labels: { service, node: id }, beat: heartbeat }] : [],
  )
  const families = GAUGES.map(({ name, type, help, read }): Family => {
    const samples = live.map(({ labels, beat }) => ({ labels, value: read(beat) ?? null }))
    return { name, type: type ?? 'gauge', help, samples }
  })
  return [...families, systemMemory(live), ...fileSystems(live), nodeInfo(live), clockAhead(nodes), lastSeen(nodes)]
}

type Live = readonly { readonly labels: Labels; readonly beat: Heartbeat }[]

function systemMemory(live: Live): Family {
  const samples = live.flatMap(({ labels, beat }) => [
    { labels: { ...labels, system_memory_state: 'used' }, value: beat.memory.system.used },
    { labels: { ...labels, system_memory_state: 'free' }, value: beat.memory.system.free },
  ])
  return { name: 'system_memory_usage_bytes', type: 'gauge', help: 'Memory of the machine or container.', samples }
}

function fileSystems(live: Live): Family[] {
  const samplesOf = (read: (disk: DiskFigures, labels: Labels) => Sample[]) =>
    live.flatMap(({ labels, beat }) =>
      (beat.disk ?? []).flatMap((disk) => read(disk, { ...labels, system_filesystem_mountpoint: disk.mount })),
    )
  return [
    {
      name: 'system_filesystem_utilization_ratio',
      type: 'gauge',
      help: 'Used share of a file system.',
      samples: samplesOf(({ usedPct }, labels) => [{ labels, value: ratio(usedPct) }]),
    },
    {
      name: 'system_filesystem_limit_bytes',
      type: 'gauge',
      help: 'Size of a file system.',
      samples: samplesOf(({ total }, labels) => [{ labels, value: total }]),
    },
  ]
}

function nodeInfo(live: Live): Family {
  const samples = live.map(({ labels, beat }) => {
    const { environment, language, version, appVersion, hostname } = beat
    return { labels: { ...labels, environment, language, version, app_version: appVersion, hostname }, value: 1 }
  })
  return { name: 'quasar_node_info', type: 'gauge', help: 'What a live node says of itself; always 1.', samples }
}

function clockAhead(nodes: readonly NodeView[]): Family {
  const samples = nodes.flatMap(({ service, id, state, clockAhead }) =>
    state === 'live' ? [{ labels: { service, node: id }, value: seconds(clockAhead) }] : [],
  )
  const help = "By how much the node's clock is ahead of the store's; negative when it is behind, 0 for less than 2 s."
  return { name: 'quasar_node_clock_ahead_seconds', type: 'gauge', help, samples }
}

function lastSeen(nodes: readonly NodeView[]): Family {
  // An alert on old beats must not fire for each restart.
  const shown = nodes.filter(({ state }) => state !== 'replaced')
  const samples = shown.map(({ service, id, lastSeen }) => ({ labels: { service, node: id }, value: lastSeen / 1_000 }))
  return {
    name: 'quasar_node_last_beat_timestamp_seconds',
    type: 'gauge',
    help: 'Unix time of the last beat.',
    samples,
  }
}

function ratio(percent: number | null): number | null {
  return percent === null ? null : percent / 100
}

function seconds(ms: number | null | undefined): number | null {
  return ms === null || ms === undefined ? null : ms / 1_000
}
