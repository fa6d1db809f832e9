// What a large fleet costs Zenith and its Redis: finding all nodes among other people's keys, and showing them to many viewers.
//
//   npm run bench:fleet -- [--nodes 10000] [--foreign 10000000] [--rollups 6] [--refreshes 20] [--scans 2]
//                          [--viewers 1,100,1000] [--shown 100] [--watch 20] [--json FILE]
//
// `--rollups` is how many each node has written; `--shown` is the fleet that viewers look at, `--watch` how many seconds they
// do. Ten million keys take about a GB of memory.
import { endAfter } from '../shared/limit.mjs'
import { readOptions } from '../shared/options.mjs'
import { conclude, print } from '../shared/output.mjs'
import { OTHER_CORE } from '../shared/pin.mjs'
import { startRedis } from '../shared/redis.mjs'
import { measureDiscovery } from './discovery.mjs'
import { measureViewers } from './viewers.mjs'

const WHOLE = { nodes: 10_000, foreign: 10_000_000 }

const options = readOptions({
  ...WHOLE,
  rollups: 6,
  refreshes: 20,
  scans: 2,
  viewers: '1,100,1000',
  shown: 100,
  watch: 20,
})
endAfter(30)
for (const [name, whole] of Object.entries(WHOLE)) {
  if (options[name] < whole) print(`Scaled down: ${options[name]} ${name} in place of ${whole}`)
}
const large = await startRedis({ core: OTHER_CORE })
const small = await startRedis({ core: OTHER_CORE })
try {
  const results = {
    discovery: await measureDiscovery(options, large.url),
    viewers: await measureViewers(options, small.url),
  }
  conclude({ options, verdicts: Object.values(results).flatMap(({ verdicts }) => verdicts), results })
} finally {
  await large.stop()
  await small.stop()
}
