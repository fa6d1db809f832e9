// What a request takes: an app of the overhead benchmark, asked for blocks of the same requests.
import { openClient } from './client.mjs'
import { costOf, countBlocks, underCounter } from './measure.mjs'

const SERVER = new URL('server.mjs', import.meta.url)
const CONNECTIONS = 8
/** How the optimised code is reached: requests before the counters run, and while they run before the first block counts. */
const WARM_UP = {
  express: { cold: 3_600, hot: 500, block: 48 },
  others: { cold: 12_000, hot: 4_000, block: 96 },
}

/** @returns instructions and bytes of heap per request */
export async function measureRequests(run) {
  const { framework, variant } = run
  const sizes = framework.includes('express') ? WARM_UP.express : WARM_UP.others
  const counted = await underCounter(run, SERVER, [framework, variant], async ({ port, command }) => {
    const client = await openClient(port, CONNECTIONS)
    await client.load(sizes.cold)
    await command('freeze')
    await command('collect')
    await client.load(400)
    await command('start')
    await client.load(sizes.hot)
    const bytes = await countBlocks(command, () => client.load(sizes.block))
    client.close()
    return bytes
  })
  return costOf(counted, sizes.block)
}
