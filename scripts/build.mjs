// Builds the package: the dashboard into src/zenith/assets, then src into dist/esm and dist/cjs. The new dist is made beside the
// old one and swapped in at the end, so that a program that runs from dist never finds it half empty.
import { existsSync } from 'node:fs'
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bin, run } from './run.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')
const fresh = join(root, `dist/.new-${process.pid}`)
const formats = [
  { name: 'esm', type: 'module' },
  { name: 'cjs', type: 'commonjs' },
]

async function compile({ name, type }) {
  const outDir = join(fresh, name)
  await mkdir(outDir, { recursive: true })
  await writeFile(join(outDir, 'package.json'), `${JSON.stringify({ type })}\n`)
  return run(bin('typescript', 'tsc'), ['-p', `tsconfig.${name}.json`, '--outDir', outDir], { cwd: root })
}

async function swap(name) {
  const old = join(fresh, `${name}-old`)
  if (existsSync(join(dist, name))) await rename(join(dist, name), old)
  await rename(join(fresh, name), join(dist, name))
}

/** The page's files are half of the package: the CommonJS copy serves both formats. */
async function shareAssets() {
  const file = 'zenith/assets/generated.js'
  if (existsSync(join(fresh, 'cjs', file)))
    await writeFile(join(fresh, 'esm', file), `export { assets } from '../../../cjs/${file}'\n`)
}

const dashboard = join(root, 'scripts/build-dashboard.mjs')
const codes = []
// Whoever builds from a program of their own has another NODE_ENV, and would publish React's development build.
const env = { ...process.env, NODE_ENV: 'production' }
if (existsSync(dashboard)) codes.push(await run(dashboard, ['--if-stale'], { cwd: root, env }))
codes.push(...(await Promise.all(formats.map(compile))))
// npm makes a command executable where it installs it; whoever unpacks the tarball in another way has it so, too.
const command = join(fresh, 'esm/cli/bin.js')
if (existsSync(command)) await chmod(command, 0o755)
await shareAssets()
for (const { name } of formats) await swap(name)
await rm(fresh, { recursive: true, force: true })
process.exitCode = codes.every((code) => code === 0) ? 0 : 1
