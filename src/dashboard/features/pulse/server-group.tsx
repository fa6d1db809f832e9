import { memo, useState } from 'react'
import type { NodeView } from '../../../api/nodes.js'
import { MoreButton } from '../../ui/more-button.js'
import { blockedOf, countStates, type NodeGroup } from '../services/fleet.js'
import { ServerCard } from './server-card.js'

/** So many more cards are drawn when asked. */
const STEP = 96

interface ServerGroupProps {
  group: NodeGroup
  /** True when there is no other group to share a row with. */
  isOnly: boolean
  /** So many cards are drawn at once; the rest waits behind a button. */
  first: number
}

/** A service's servers. Small groups share a row: each is as wide as it has cards. */
export const ServerGroup = memo(
  function ServerGroup({ group, isOnly, first }: ServerGroupProps) {
    const [more, setMore] = useState(0)
    const shown = first + more
    const { service, nodes } = group
    const rest = nodes.length - shown
    const environments = new Set(nodes.map((node) => node.heartbeat?.environment).filter((name) => name))
    const span = isOnly ? 'col-span-full grid-cols-1' : `grid-cols-subgrid ${spanOf(nodes.length)}`
    return (
      <div className={`grid min-w-0 grid-rows-[auto_1fr] gap-y-2.5 ${span}`}>
        <h3 className="col-span-full flex items-baseline gap-2 px-0.5">
          <span className="truncate font-medium">{service}</span>
          <span className="label min-w-0 truncate">{[countWords(nodes), ...environments].join(' · ')}</span>
        </h3>
        <div className={`col-span-full grid gap-4 ${isOnly ? ONLY_GRID : 'grid-cols-subgrid'}`}>
          {nodes.slice(0, shown).map((node) => (
            <ServerCard key={node.key} node={node} tellEnvironment={environments.size > 1} />
          ))}
        </div>
        <MoreButton
          rest={rest}
          step={STEP}
          what={`server of ${service}`}
          many={`servers of ${service}`}
          onMore={() => setMore(more + STEP)}
        />
      </div>
    )
  },
  (before, after) =>
    before.isOnly === after.isOnly &&
    before.first === after.first &&
    before.group.nodes.length === after.group.nodes.length &&
    before.group.nodes.every((node, index) => node === after.group.nodes[index]),
)

/** One server fills the row; many share it evenly. */
const ONLY_GRID = 'grid-cols-[repeat(auto-fit,minmax(min(100%,22rem),1fr))]'

function spanOf(count: number): string {
  if (count === 1) return 'col-span-1'
  if (count === 2) return 'col-span-full md:col-span-2'
  if (count === 3) return 'col-span-full xl:col-span-3'
  return 'col-span-full'
}

function countWords(nodes: readonly NodeView[]): string {
  const counts = countStates(nodes)
  const blocked = nodes.filter(blockedOf).length
  const words = [`${counts.live - blocked} live`]
  if (blocked > 0) words.push(`${blocked} blocked`)
  if (counts.lost > 0) words.push(`${counts.lost} lost`)
  if (counts.left > 0) words.push(`${counts.left} left`)
  if (counts.replaced > 0) words.push(`${counts.replaced} replaced`)
  return words.join(' · ')
}
