// `npm run test:fuzz`: the properties of test/hostile with many more values, other ones each time.
//   --times 50        how many times as many as in `npm test`
//   --seed 12345      the values of a run before, whose seed was printed
//   test/hostile/api  only these files
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { bin, run } from './run.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { times: { type: 'string', default: '20' }, seed: { type: 'string' } },
})
const seed = values.seed ?? String(Math.floor(Math.random() * 2 ** 31))
const again = `npm run test:fuzz -- --times ${values.times} --seed ${seed}`
const env = { ...process.env, QUASAR_FUZZ_TIMES: values.times, QUASAR_FUZZ_SEED: seed }

process.stdout.write(`Seed ${seed}. The same again: ${again}\n`)
const files = positionals.length > 0 ? positionals : ['test/hostile']
process.exitCode = await run(bin('vitest'), ['run', '--testTimeout=3600000', ...files], { cwd: root, env })
if (process.exitCode !== 0) process.stdout.write(`It failed. The same again: ${again}\n`)
