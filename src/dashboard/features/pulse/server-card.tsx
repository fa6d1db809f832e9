import { memo } from 'react'
import type { NodeView } from '../../../api/nodes.js'
import type { Heartbeat } from '../../../protocol/heartbeat.js'
import { uptime } from '../../ui/format.js'
import { nodeName } from '../../ui/groups.js'
import { TrustMark } from '../../ui/trust-mark.js'
import { StateMark } from '../services/state-mark.js'
import { ClockMark } from './clock-mark.js'
import { DiskBars } from './disk-bars.js'
import { ServerNotes } from './server-notes.js'
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
      data-state={node.state}
      className={`panel offscreen-idle @container flex flex-col p-4 ${node.state === 'live' ? '' : 'border-dashed'}`}
    >
      <div className="flex items-center justify-between gap-3">
        <h4 className={`min-w-0 truncate font-medium ${node.state === 'live' ? '' : 'text-soft'}`} title={node.id}>
          {name}
        </h4>
        <span className="flex shrink-0 items-center gap-2">
          {node.state === 'live' && <ClockMark ahead={node.clockAhead} />}
          <TrustMark trust={node.trust} />
          <StateMark state={node.state} lastSeen={node.lastSeen} />
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
