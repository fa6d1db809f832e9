import type { ReactNode } from 'react'
import type { NodeView } from '../../../api/nodes.js'
import { bytes, plural, uptime } from '../../ui/format.js'
import { Section } from '../../ui/section.js'
import { nodeName } from './fleet.js'

type Children = NonNullable<NonNullable<NodeView['heartbeat']>['children']>
type Child = Children['running'][number]

/** Growth of the memory that is worth a word: as a share of what it was, and bytes. */
const GROWTH = { share: 0.2, bytes: 20 * 1_048_576 }

/** As many nodes as show their worker processes in one list. */
const MOST = 12

/** The worker processes of all nodes that have some, each below its node; nothing without any. */
export function ChildProcesses({ nodes }: { nodes: readonly NodeView[] }) {
  const parents = nodes.filter((node) => childrenOf(node))
  if (parents.length === 0) return null
  const count = parents.reduce((sum, node) => sum + runningOf(node), 0)
  return (
    <Section title="Worker processes" aside={String(count)}>
      <div className="flex flex-col gap-4">
        {parents.slice(0, MOST).map((node) => (
          <ChildrenOf key={node.key} node={node} />
        ))}
        {parents.length > MOST && (
          <p className="text-[0.8125rem] text-soft">
            {plural(parents.length - MOST, 'more server', 'more servers')} with worker processes: open a service to
            narrow the list.
          </p>
        )}
      </div>
    </Section>
  )
}

/** The worker processes of one node, with those that ended since its beat before; nothing without any. */
export function ChildrenOf({ node }: { node: NodeView }) {
  const children = childrenOf(node)
  if (!children) return null
  const name = `${node.service} ${nodeName(node)}`
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields
    <div
      role="group"
      aria-label={`Worker processes of ${name}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className="panel min-w-0 overflow-x-auto"
    >
      <table className="w-full min-w-[34rem] table-fixed text-[0.8125rem]">
        <caption className="truncate px-4 py-2 text-left">
          <span className="font-semibold">{node.service}</span>{' '}
          <span className="text-soft" title={node.id}>
            {nodeName(node)}
            {node.heartbeat?.pid != null && ` · PID ${node.heartbeat.pid}`}
          </span>
        </caption>
        <thead>
          <tr className="label border-t border-line">
            <Heading width="34%" text="Runs" isText />
            <Heading width="12%" text="PID" />
            <Heading width="12%" text="Cores used" />
            <Heading width="26%" text="RSS" />
            <Heading width="16%" text="Age" />
          </tr>
        </thead>
        <tbody>
          {children.running.map((child) => (
            <Running key={child.pid} child={child} isStill={node.state !== 'live'} />
          ))}
          {children.ended.map(({ pid, command, age }) => (
            <tr key={`ended ${pid}`} className="border-t border-line text-soft">
              <Cell isText>{command ?? 'unknown'}</Cell>
              <Cell>{pid}</Cell>
              <td colSpan={2} className="truncate px-2.5 py-2 text-right text-warn">
                ended since the last beat
              </td>
              <Cell>{uptime(age)}</Cell>
            </tr>
          ))}
        </tbody>
      </table>
      {(children.more ?? 0) > 0 && (
        <p className="border-t border-line px-4 py-2 text-[0.8125rem] text-soft">
          {plural(children.more ?? 0, 'more process', 'more processes')}
        </p>
      )}
    </div>
  )
}

function Running({ child, isStill }: { child: Child; isStill: boolean }) {
  return (
    <tr className={`border-t border-line ${isStill ? 'text-soft' : ''}`}>
      <Cell isText>{child.command ?? 'unknown'}</Cell>
      <Cell>{child.pid}</Cell>
      <Cell>{child.cores === null ? '–' : child.cores.toFixed(2)}</Cell>
      <Cell>
        {bytes(child.rss)}
        {hasGrown(child) && <span className="text-warn"> +{bytes(child.grown)} in an hour</span>}
      </Cell>
      <Cell>{uptime(child.age)}</Cell>
    </tr>
  )
}

function Heading({ text, width, isText = false }: { text: string; width: string; isText?: boolean }) {
  return (
    <th
      scope="col"
      style={{ width }}
      className={`px-2.5 py-2 font-normal first:pl-4 last:pr-4 ${isText ? 'text-left' : 'text-right'}`}
    >
      {text}
    </th>
  )
}

function Cell({ children, isText = false }: { children: ReactNode; isText?: boolean }) {
  return (
    <td className={`truncate px-2.5 py-2 first:pl-4 last:pr-4 ${isText ? 'text-left' : 'text-right'}`}>{children}</td>
  )
}

function hasGrown({ grown, rss }: Child): boolean {
  if (grown === null || rss === null) return false
  return grown > GROWTH.bytes && grown > GROWTH.share * (rss - grown)
}

function childrenOf({ heartbeat }: NodeView): Children | null {
  const children = heartbeat?.children ?? null
  return children && (children.running.length > 0 || children.ended.length > 0) ? children : null
}

function runningOf(node: NodeView): number {
  const children = childrenOf(node)
  return children ? children.running.length + (children.more ?? 0) : 0
}
