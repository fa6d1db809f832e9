import type { Heartbeat } from '../protocol/index.js'
import { lifeOf } from '../zenith/fleet/known-node.js'
import { replacedOf } from '../zenith/fleet/replaced.js'

/** A node of a service as its Redis has it. */
export interface ListedNode {
  readonly node: string
  /** Unix ms by Redis' clock; null if unknown. */
  readonly lastBeat: number | null
  /** Null for a node that vanished. */
  readonly heartbeat: Heartbeat | null
}

/**
 * Finds the nodes that vanished and that Zenith calls replaced, not lost. Zenith also knows what it saw; here only the ids of those that
 * vanished are known.
 *
 * @param nodes all of one service
 * @returns their ids
 */
export function findReplaced(nodes: readonly ListedNode[]): ReadonlySet<string> {
  const dated = nodes.flatMap(({ node, lastBeat, heartbeat }) => {
    const beatAt = lastBeat ?? heartbeat?.timestamp ?? null
    return beatAt === null ? [] : [{ node, beatAt, heartbeat }]
  })
  return replacedOf(
    dated.map(({ node, beatAt, heartbeat }) => {
      const view = { key: node, id: node, lastSeen: beatAt, heartbeat, clockAhead: heartbeat?.clockAhead ?? null }
      return lifeOf({ view, beatAt }, heartbeat ? 'live' : 'lost')
    }),
  )
}
