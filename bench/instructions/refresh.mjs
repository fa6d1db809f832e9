// What a refresh of 10,000 nodes takes its reader.
import { addNodes, beatOnce } from '../fleet/fill.mjs'
import { clientOf } from '../shared/redis-figures.mjs'
import { costOf, countBlocks, underCounter } from './measure.mjs'

const READER = new URL('reader.mjs', import.meta.url)
const NODES = 10_000
/** A refresh takes ten seconds here. */
const WARM_UP = 3
const BLOCKS = 5
/** How many of the nodes have beaten since: Zenith looks every 1.5 s, and a node beats every 10 s. */
const SHARES = { all: 1, between: 0.15 }
let isFilled = false

/** @returns instructions and bytes of heap per refresh */
export async function measureRefresh(run) {
  const { variant, env } = run
  if (!isFilled) await addNodes(env.QUASAR_REDIS_URL, { to: NODES, rollups: 0 })
  isFilled = true
  const client = clientOf(env.QUASAR_REDIS_URL)
  try {
    const counted = await underCounter(run, READER, [], async ({ command }) => {
      const refresh = async (share) => {
        await beatOnce(client, share)
        const { nodes } = await command('work', { isAsked: true })
        if (nodes !== NODES) throw new Error(`${nodes} nodes found in place of ${NODES}`)
      }
      await command('connect')
      // Fifty times as slow as usual, it would not wait for all answers of Redis unless its timers stood still.
      await command('freeze')
      for (let time = 0; time < WARM_UP; time++) await refresh(1)
      await command('collect')
      await command('start')
      await refresh(SHARES[variant])
      return countBlocks(command, () => refresh(SHARES[variant]), {
        nothing: () => command('work', { isAsked: false }),
        blocks: BLOCKS,
      })
    })
    return costOf(counted, 1)
  } finally {
    client.disconnect()
  }
}
