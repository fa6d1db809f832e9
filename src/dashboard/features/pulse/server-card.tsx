import { ClockAlert, TriangleAlert } from 'lucide-react'
import { memo } from 'react'
import type { NodeView } from '../../../api/nodes.js'
import { CLOCK_TOLERANCE_MS, clockInWords } from '../../../protocol/clock.js'
import type { DiskFigures } from '../../../protocol/figures.js'
import type { Heartbeat } from '../../../protocol/heartbeat.js'
import { bytes, count, duration, percent, plural, uptime } from '../../ui/format.js'
import { Gauge } from '../../ui/gauge.js'
import { LevelWord } from '../../ui/level-word.js'
import { diskLevel } from '../../ui/levels.js'
import { TrustMark } from '../../ui/trust-mark.js'
import { AlertMark } from '../alert-mark/alert-mark.js'
import { blockedOf, nodeName } from '../services/fleet.js'
import { StateMark } from '../services/state-mark.js'
import { CpuTile, LoopTile, MemoryTile, RequestsTile } from './server-tiles.js'

interface ServerCardProps {
  node: NodeView
  /** True where the servers around it are in other environments. */
  tellEnvironment: boolean
}

/** One node: what it is, and how it does. Drawn again only when the node changed. */
export const ServerCard = memo(function ServerCard({ node, tellEnvironment }: ServerCardProps) {
  const name = nodeName(node)
  return (
    <article
      aria-label={`${node.service} ${name}`}
      data-node={node.key}
      data-state={blockedOf(node) ? 'blocked' : node.state}
      className={`panel offscreen-idle @container flex flex-col p-4 ${node.state === 'live' ? '' : 'border-dashed'}`}
    >
      <div className="flex items-center justify-between gap-3">
        <h4 className={`min-w-0 truncate font-medium ${node.state === 'live' ? '' : 'text-soft'}`} title={node.id}>
          {name}
        </h4>
        <span className="flex shrink-0 items-center gap-2">
          {node.state === 'live' && <ClockMark ahead={node.clockAhead} />}
          <AlertMark of={{ node: node.key, host: node.heartbeat?.hostname }} />
          <TrustMark trust={node.trust} />
          <StateMark node={node} />
        </span>
      </div>
      {node.heartbeat ? <Beat heartbeat={node.heartbeat} node={node} tellEnvironment={tellEnvironment} /> : <NoBeat />}
    </article>
  )
})

function Beat({ heartbeat, node, tellEnvironment }: ServerCardProps & { heartbeat: Heartbeat }) {
  const { samples, state } = node
  const words = describe(heartbeat, tellEnvironment).join(' · ')
  return (
    <div className={`flex flex-1 flex-col ${state === 'live' ? '' : 'last-figures'}`}>
      <p className="label mt-0.5 truncate" title={words}>
        {words}
      </p>
      <div className="mt-4 grid grid-cols-2 gap-x-6 gap-y-4 @3xl:grid-cols-4">
        <CpuTile heartbeat={heartbeat} samples={samples} />
        <MemoryTile heartbeat={heartbeat} samples={samples} />
        <LoopTile heartbeat={heartbeat} samples={samples} />
        <RequestsTile heartbeat={heartbeat} samples={samples} />
      </div>
      <div className="mt-auto pt-3">
        <div className="flex flex-col gap-2 border-t border-line pt-3">
          {heartbeat.disk && <DiskBars disks={heartbeat.disk} />}
          <ServerNotes heartbeat={heartbeat} />
        </div>
      </div>
    </div>
  )
}

function NoBeat() {
  return <p className="label mt-3">Lost before Zenith first read it: no figures.</p>
}

function describe(heartbeat: Heartbeat, tellEnvironment: boolean): string[] {
  const { runtime, language, version, appVersion, pid, environment } = heartbeat
  return [
    runtime.framework,
    version ? `${language} ${version.replace(/^v/, '')}` : language,
    tellEnvironment && environment,
    runtime.uptime !== null && `up ${uptime(runtime.uptime)}`,
    pid !== null && `pid ${pid}`,
    appVersion && `app ${appVersion}`,
  ].filter((part) => typeof part === 'string')
}

/** `clock 1 h ahead`; nothing where the clock is right, or where nobody can tell. @param ahead ms */
function ClockMark({ ahead }: { ahead: number | null }) {
  if (ahead === null || Math.abs(ahead) < CLOCK_TOLERANCE_MS) return null
  return (
    <span
      title="Compared with the store’s clock, which all times use"
      className="inline-flex shrink-0 items-center gap-1 rounded-md bg-warn-wash px-2 py-0.5 align-middle text-xs font-medium whitespace-nowrap text-warn"
    >
      <ClockAlert className="size-3.5" aria-hidden="true" />
      clock {clockInWords(ahead)}
    </span>
  )
}

/** One bar per mount. */
function DiskBars({ disks }: { disks: readonly DiskFigures[] }) {
  return (
    <ul className="flex flex-col gap-1.5">
      {disks.map(({ mount, usedPct, total, free }) => (
        <li key={mount} className="label grid grid-cols-[minmax(3rem,auto)_1fr_auto] items-center gap-3">
          <span className="max-w-32 truncate" title={mount}>
            Disk <span className="font-mono">{mount}</span>
          </span>
          <Gauge
            label={`Disk ${mount}`}
            value={usedPct}
            level={diskLevel(usedPct)}
            text={`${percent(usedPct)} used, ${bytes(free)} of ${bytes(total)} free`}
          />
          <span className="whitespace-nowrap">
            <LevelWord level={diskLevel(usedPct)} /> {percent(usedPct)} · {bytes(free)} free
          </span>
        </li>
      ))}
    </ul>
  )
}

/** What is worth a line only now and then. */
function ServerNotes({ heartbeat }: { heartbeat: Heartbeat }) {
  const warnings = warningsOf(heartbeat)
  return (
    <div className="label flex flex-wrap gap-x-4 gap-y-1">
      {heartbeat.gc && <span>{gcWords(heartbeat.gc)}</span>}
      {warnings.map((warning) => (
        <span key={warning} className="inline-flex items-center gap-1.5 text-warn">
          <TriangleAlert className="size-3.5 shrink-0" aria-hidden="true" />
          {warning}
        </span>
      ))}
    </div>
  )
}

function gcWords({ count: pauses, totalMs, maxMs }: NonNullable<Heartbeat['gc']>): string {
  if (pauses === null) return `GC ${duration(totalMs)}`
  if (pauses === 0) return 'no GC pause'
  return `GC ${duration(totalMs)} in ${plural(pauses, 'pause')}, longest ${duration(maxMs)}`
}

function warningsOf({ recorder, ready }: Heartbeat): string[] {
  const warnings: string[] = []
  if (recorder?.dropped) warnings.push(`${count(recorder.dropped)} records dropped since the start`)
  if (ready && !READY.has(ready.status)) warnings.push(`calls itself “${ready.status}”`)
  return warnings
}

const READY = new Set(['ready', 'ok', 'up', 'healthy'])
