import type { ReactNode } from 'react'
import type { NodeView } from '../../../api/nodes.js'
import type { Heartbeat } from '../../../protocol/heartbeat.js'
import { Facts } from '../../ui/facts.js'
import { bytes, cores, count, duration, exactTime, percent, uptime } from '../../ui/format.js'
import { Section } from '../../ui/section.js'

type Rows = readonly (readonly [name: string, value: ReactNode])[]

/** The figures of the last beat, and what the process is. */
export function ProcessFacts({ node, beat }: { node: NodeView; beat: Heartbeat }) {
  const groups: readonly (readonly [title: string, rows: Rows])[] = [
    ['Process', identityOf(node, beat)],
    ['Event loop and garbage', loopOf(beat)],
    ['Memory', memoryOf(beat)],
    ['CPU and disks', machineOf(beat)],
  ]
  return (
    <Section title="Last beat" aside={exactTime(beat.timestamp)}>
      <div className="grid grid-cols-1 gap-4 md:grid-cols-2 xl:grid-cols-4">
        {groups.map(([title, rows]) => (
          <div key={title} className="panel min-w-0 p-4">
            <h3 className="mb-2 font-medium">{title}</h3>
            <Facts facts={rows} />
          </div>
        ))}
      </div>
      {beat.meta && (
        <div className="panel mt-4 min-w-0 p-4">
          <h3 className="mb-2 font-medium">Meta</h3>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <pre tabIndex={0} className="max-h-96 overflow-auto font-mono text-xs leading-5">
            {JSON.stringify(beat.meta, null, 2)}
          </pre>
        </div>
      )}
    </Section>
  )
}

function identityOf({ id }: NodeView, beat: Heartbeat): Rows {
  const { hostname, pid, instance, thread, environment, appVersion, language, version, runtime } = beat
  const started = runtime.uptime === null ? null : exactTime(beat.timestamp - runtime.uptime * 1_000)
  return [
    ['host', hostname],
    ['pid', pid],
    ['instance', instance],
    ['thread', thread],
    ['environment', environment],
    ['app version', appVersion],
    [language, version],
    ['framework', runtime.framework],
    ['platform', [beat.platform, beat.arch].filter(Boolean).join(' ')],
    ['started', started],
    ['uptime', uptime(runtime.uptime)],
    ['beats every', beat.interval === null ? null : duration(beat.interval)],
    ['id', id],
  ]
}

function loopOf({ eventLoop: loop, gc, requests, connections }: Heartbeat): Rows {
  return [
    ['busy', loop && percent(loop.utilization === null ? null : loop.utilization * 100)],
    ['delay p50', loop && duration(loop.p50)],
    ['delay p99', loop && duration(loop.p99)],
    ['delay max', loop && duration(loop.max)],
    ['GC', gc && duration(gc.totalMs)],
    ['GC pauses', gc && count(gc.count)],
    ['longest pause', gc && duration(gc.maxMs)],
    ['in flight', requests && count(requests.inFlight)],
    ['connections', connections && count(connections.open)],
  ]
}

function memoryOf({ memory: { process, system } }: Heartbeat): Rows {
  return [
    ['RSS', bytes(process.rss)],
    ['heap used', bytes(process.heapUsed)],
    ['heap total', bytes(process.heapTotal)],
    ['heap limit', bytes(process.heapLimit)],
    ['external', bytes(process.external)],
    ['array buffers', bytes(process.arrayBuffers)],
    ['container limit', system.limit === null ? null : bytes(system.limit)],
    ['machine', `${bytes(system.used)} of ${bytes(system.total)}`],
  ]
}

function machineOf({ cpu, disk }: Heartbeat): Rows {
  return [
    ['process', percent(cpu.process)],
    ['machine', percent(cpu.system)],
    ['cores', cores(cpu.cores)],
    ['throttled', cpu.throttled === null ? null : duration(cpu.throttled)],
    ['load', cpu.load?.map((load) => load.toFixed(2)).join(', ')],
    ...(disk ?? []).map(
      ({ mount, usedPct, free }) => [`disk ${mount}`, `${percent(usedPct)}, ${bytes(free)} free`] as const,
    ),
  ]
}
