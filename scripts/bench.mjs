// `npm run bench:overhead` and its like: brings what the benchmarks need, builds the package when a source is newer, and runs one.
//
//   node scripts/bench.mjs <name> [options of the benchmark]
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './run.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const bench = join(root, 'bench')
const [name = '', ...args] = process.argv.slice(2)

/** What is measured beside is no dependency of the package itself. */
function install() {
  if (existsSync(join(bench, 'node_modules'))) return 0
  const npm = process.env.npm_execpath
  if (!npm) throw new Error('Run it as an npm script, or run npm ci in bench/ first')
  return run(npm, ['ci'], { cwd: bench })
}

function build() {
  const built = join(root, 'dist/esm/index.js')
  const isFresh = existsSync(built) && newestIn(join(root, 'src')) <= statSync(built).mtimeMs
  return isFresh ? 0 : run(join(root, 'scripts/build.mjs'), [], { cwd: root })
}

function newestIn(folder) {
  const files = readdirSync(folder, { recursive: true }).map((file) => join(folder, file))
  return Math.max(...files.map((file) => statSync(file).mtimeMs))
}

const main = join(bench, name, 'main.mjs')
if (!existsSync(main)) throw new Error(`No such benchmark: ${name}`)
process.exitCode = (await install()) || (await build()) || (await run(main, args, { cwd: root }))
