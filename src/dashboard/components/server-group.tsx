import { memo, useState } from 'react'
import type { NodeView } from '../../protocol/overview.js'
import { plural } from '../format.js'
import { countStates, type NodeGroup } from '../view/groups.js'
import { ServerCard } from './server-card.js'

/** So many cards are drawn at once; the rest of a big service waits behind a button. */
const FIRST = 24

/** A service's servers. Small groups share a row: each is as wide as it has cards. */
export const ServerGroup = memo(
  function ServerGroup({ group }: { group: NodeGroup }) {
    const [shown, setShown] = useState(FIRST)
    const { service, nodes } = group
    const rest = nodes.length - shown
    return (
      <div className={`min-w-0 grid grid-cols-subgrid content-start gap-y-2 ${spanOf(nodes.length)}`}>
        <h3 className="col-span-full flex items-baseline gap-2 px-0.5">
          <span className="truncate font-medium">{service}</span>
          <span className="label whitespace-nowrap">{countWords(nodes)}</span>
        </h3>
        {nodes.slice(0, shown).map((node) => (
          <ServerCard key={node.key} node={node} />
        ))}
        {rest > 0 && (
          <button
            type="button"
            className="panel col-span-full px-4 py-3 font-medium text-accent hover:bg-raised"
            onClick={() => setShown(shown + 4 * FIRST)}
          >
            Show {plural(Math.min(rest, 4 * FIRST), 'more server')} of {service} ({rest} not shown)
          </button>
        )}
      </div>
    )
  },
  (before, after) =>
    before.group.nodes.length === after.group.nodes.length &&
    before.group.nodes.every((node, index) => node === after.group.nodes[index]),
)

function spanOf(count: number): string {
  if (count === 1) return 'col-span-1'
  if (count === 2) return 'col-span-full md:col-span-2'
  if (count === 3) return 'col-span-full xl:col-span-3'
  return 'col-span-full'
}

function countWords(nodes: readonly NodeView[]): string {
  const counts = countStates(nodes)
  const words = [`${counts.live} live`]
  if (counts.lost > 0) words.push(`${counts.lost} lost`)
  if (counts.left > 0) words.push(`${counts.left} left`)
  return words.join(' · ')
}
