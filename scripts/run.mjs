// What the scripts share: running a Node program of this repository and finding the one that a package installs.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(import.meta.url)

/** Path of the program `name` of an installed package, so that nothing depends on npx or on the PATH. */
export function bin(packageName, name = packageName) {
  const folder = packageFolder(packageName)
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const entry = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin[name]
  return join(folder, entry)
}

function packageFolder(packageName) {
  for (const base of require.resolve.paths(packageName) ?? []) {
    const folder = join(base, packageName)
    try {
      readFileSync(join(folder, 'package.json'))
      return folder
    } catch {
      // Not in this node_modules; the next one up may have it.
    }
  }
  throw new Error(`${packageName} is not installed: run npm ci first`)
}

/** Runs a Node script with this Node, output shown, no input; resolves to its exit code (1 when a signal ended it). */
export function run(script, args = [], options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'inherit', 'inherit'], ...options })
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? 1))
  })
}
