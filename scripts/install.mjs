// Installs the folders of test/installs, each of which has a lock file of its own, unless they are installed already.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './run.mjs'

const installs = fileURLToPath(new URL('../test/installs', import.meta.url))

/** What no test but those of `npm run test:matrix` needs. */
const FOR_MATRIX = ['old', 'new']

/** @returns null, or the line that tells a person what is wrong */
export function installForTests() {
  return installEach(readdirSync(installs).filter((name) => !FOR_MATRIX.includes(name)))
}

/** @returns the same */
export function installForMatrix() {
  return installEach(FOR_MATRIX)
}

async function installEach(names) {
  const problems = await Promise.all(names.map(install))
  return problems.find((problem) => problem !== null) ?? null
}

async function install(name) {
  const folder = join(installs, name)
  const lock = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex')
  const stamp = join(folder, 'node_modules/.installed')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return null
  process.stdout.write(`Installing test/installs/${name}\n`)
  const code = await npm(['ci', '--no-audit', '--no-fund', '--ignore-scripts'], folder)
  if (code !== 0) return `npm ci failed in test/installs/${name}: is the npm registry reachable?`
  // Where nothing fits the platform npm makes no folder.
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  writeFileSync(stamp, lock)
  return null
}

async function npm(args, cwd) {
  const { npm_config_local_prefix: _, npm_execpath: npm, ...env } = process.env
  if (npm) return run(npm, args, { cwd, env })
  const [code] = await once(spawn('npm', args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] }), 'close')
  return code
}
