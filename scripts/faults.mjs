// `npm run test:faults`: every fault of test/faults with every framework; `npm test` tries each fault with one of them.
//   test/faults/nest.test.ts   only these files
import { fileURLToPath } from 'node:url'
import { bin, run } from './run.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const chosen = process.argv.slice(2)
const env = { ...process.env, QUASAR_FAULTS: 'all' }

process.exitCode = await run(bin('vitest'), ['run', ...(chosen.length > 0 ? chosen : ['test/faults'])], {
  cwd: root,
  env,
})
