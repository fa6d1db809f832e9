// Builds the package: the dashboard into src/zenith/assets, src into dist/modules, and those into dist/esm and dist/cjs, which are
// published, with the notices of what is bundled. The new dist is made beside the old one and swapped in at the end, so that a program that runs from dist never finds
// it half empty.
import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeApiTypes } from './api-types.mjs'
import { bundle } from './bundle.mjs'
import { noticesFile, noticesOf } from './notices.mjs'
import { bin, run } from './run.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')
const fresh = join(root, `dist/.new-${process.pid}`)
const modules = join(fresh, 'modules')
const NOTICES = 'THIRD-PARTY-NOTICES.txt'

/** Those of the page were written with it. */
async function writeNotices(packages) {
  const page = JSON.parse(await readFile(join(root, 'src/zenith/assets/generated-notices.json'), 'utf8'))
  await writeFile(join(fresh, NOTICES), noticesFile([...page, ...noticesOf(packages)]))
}

async function swap(name) {
  const old = join(fresh, `${name}-old`)
  if (existsSync(join(dist, name))) await rename(join(dist, name), old)
  await rename(join(fresh, name), join(dist, name))
}

async function build() {
  // Whoever builds from a program of their own has another NODE_ENV, and would publish React's development build.
  const env = { ...process.env, NODE_ENV: 'production' }
  const page = await run(join(root, 'scripts/build-dashboard.mjs'), ['--if-stale'], { cwd: root, env })
  if (page) return page
  await mkdir(modules, { recursive: true })
  const types = await run(bin('typescript', 'tsc'), ['-p', 'tsconfig.build.json', '--outDir', modules], { cwd: root })
  if (types) return types
  await writeApiTypes(modules)
  await writeNotices(await bundle(root, modules, fresh))
  // npm makes a command executable where it installs it; whoever unpacks the tarball in another way has it so, too.
  await chmod(join(fresh, 'esm/cli/bin.js'), 0o755)
  for (const name of ['modules', 'esm', 'cjs', NOTICES]) await swap(name)
  return 0
}

process.exitCode = await build().finally(() => rm(fresh, { recursive: true, force: true }))
