// Installs a folder with a package.json and a lock file of its own, when that is not what is installed there.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './run.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

/** @returns null, or the line that tells a person what is wrong */
export async function installFolder(name) {
  const folder = join(root, name)
  const lock = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex')
  const stamp = join(folder, 'node_modules/.installed')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return null
  process.stdout.write(`Installing ${name}\n`)
  const code = await npm(['ci', '--no-audit', '--no-fund', '--ignore-scripts'], folder)
  if (code !== 0) return `npm ci failed in ${name}: is the npm registry reachable?`
  // Where nothing fits the platform npm makes no folder.
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  writeFileSync(stamp, lock)
  return null
}

async function npm(args, cwd) {
  const { npm_config_local_prefix: _, npm_execpath: npm, ...env } = process.env
  return npm ? run(npm, args, { cwd, env }) : spawnSync('npm', args, { cwd, env, stdio: 'inherit' }).status
}
