import { memo } from 'react'
import type { NodeView } from '../../../api/nodes.js'
import { bytes, duration, percent, uptime } from '../../ui/format.js'
import { LEVEL_TEXT } from '../../ui/level-word.js'
import { cpuLevel, type Level, loopLevel } from '../../ui/levels.js'
import { PageLink } from '../../ui/page-link.js'
import { Section } from '../../ui/section.js'
import { type Column, DataTable } from '../../ui/tables/data-table.js'
import { AlertMark } from '../alert-mark/alert-mark.js'
import { ChildProcesses } from './children.js'
import { blockedOf, metaInWords, nodeName, stateOrder } from './fleet.js'
import { ForgetButton } from './forget-button.js'
import { StateMark } from './state-mark.js'

const COLUMNS: readonly Column<NodeView>[] = [
  {
    key: 'service',
    title: 'Service',
    isText: true,
    width: '14%',
    value: (node) => node.service,
    cell: ({ service, id }) => (
      <PageLink to={{ page: 'process', service, node: id }} data-row="" title={id} className="row-link">
        {service}
      </PageLink>
    ),
  },
  {
    key: 'host',
    title: 'Host',
    isText: true,
    width: '15%',
    value: nodeName,
    cell: (node) => <HostName node={node} />,
  },
  figure('pid', 'PID', '6%', ({ heartbeat }) => heartbeat?.pid, String),
  figure('cpu', 'CPU', '8%', ({ heartbeat }) => heartbeat?.cpu.process, percent, cpuLevel),
  figure('cores', 'Cores used', '8%', ({ heartbeat }) => heartbeat?.cpu.processCores, coresUsed),
  figure('rss', 'RSS', '7%', ({ heartbeat }) => heartbeat?.memory.process.rss, bytes),
  figure('heap', 'Heap', '7%', ({ heartbeat }) => heartbeat?.memory.process.heapUsed, bytes),
  figure('loop', 'Loop p99', '8%', ({ heartbeat }) => heartbeat?.eventLoop?.p99, duration, loopLevel),
  figure('uptime', 'Uptime', '9%', ({ heartbeat }) => heartbeat?.runtime.uptime, uptime),
  {
    key: 'version',
    title: 'Version',
    isText: true,
    width: '8%',
    value: ({ heartbeat }) => heartbeat?.appVersion ?? null,
    cell: ({ heartbeat }) => <span title={heartbeat?.appVersion ?? undefined}>{heartbeat?.appVersion ?? '–'}</span>,
  },
  {
    key: 'state',
    title: 'State',
    isText: true,
    width: '14%',
    value: stateOrder,
    cell: (node) => (
      <span className="flex flex-wrap items-center gap-1">
        <AlertMark of={{ node: node.key, host: node.heartbeat?.hostname }} />
        <StateMark node={node} isShort />
        <ForgetButton node={node} />
      </span>
    ),
  },
]

/** Every process that is asked for, with its figures of the last beat. */
export const ProcessList = memo(function ProcessList({ nodes }: { nodes: readonly NodeView[] }) {
  return (
    <>
      <Section title="Processes" aside={String(nodes.length)}>
        <DataTable
          label="Processes"
          columns={COLUMNS}
          items={nodes}
          keyOf={(node) => node.key}
          stateOf={(node) => (blockedOf(node) ? 'blocked' : node.state)}
          sort={{ key: 'state', down: false }}
          minWidth="62rem"
        />
      </Section>
      <ChildProcesses nodes={nodes} />
    </>
  )
})

/** With what the app says of itself: the option `meta`. */
function HostName({ node }: { node: NodeView }) {
  const meta = metaInWords(node.heartbeat?.meta)
  return (
    <div className={meta ? 'min-w-0 py-1.5' : ''}>
      <span title={node.id}>{nodeName(node)}</span>
      {meta && (
        <span title={meta} className="label block truncate">
          {meta}
        </span>
      )}
    </div>
  )
}

function figure(
  key: string,
  title: string,
  width: string,
  read: (node: NodeView) => number | null | undefined,
  write: (value: number) => string,
  levelOf: (value: number) => Level = () => 'fine',
): Column<NodeView> {
  return {
    key,
    title,
    width,
    value: (node) => read(node) ?? null,
    cell: (node) => {
      const value = read(node) ?? null
      if (value === null) return <span className="text-soft">–</span>
      // The figures of one that does not beat any more are its last.
      if (node.state !== 'live') return <span className="text-soft">{write(value)}</span>
      return (
        <span className={levelOf(value) === 'fine' ? '' : `font-medium ${LEVEL_TEXT[levelOf(value)]}`}>
          {write(value)}
        </span>
      )
    },
  }
}

function coresUsed(value: number): string {
  return value < 0.01 && value > 0 ? '<0.01' : value.toFixed(2)
}
