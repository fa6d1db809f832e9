// The tests of the Python client, in a virtual environment of its own.
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readJunit } from './junit.mjs'
import { capture, findOnPath, root, show } from './programs.mjs'

const NAME = 'clients/python'
const folder = join(root, NAME)
const environment = join(folder, '.venv')
const python = join(environment, 'bin/python')

export const pythonClient = {
  name: 'Python',
  missing() {
    const isThere = findOnPath('python3') && capture('python3', ['-c', IS_USABLE]).code === 0
    return isThere ? null : 'install Python 3.9 or newer with venv (on Debian: apt-get install python3 python3-venv)'
  },
  suites: [{ name: NAME, run: runTests }],
}

const IS_USABLE = 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 9))'

function runTests() {
  if (!existsSync(join(folder, 'pyproject.toml'))) return { passed: [], failed: [], skipped: [] }
  const problem = install()
  if (problem) return { passed: [], failed: [`${NAME}: ${problem}`], skipped: [] }
  const reports = mkdtempSync(join(tmpdir(), 'quasar-python-'))
  const report = join(reports, 'report.xml')
  const code = show(python, ['-m', 'pytest', '-q', `--junitxml=${report}`], { cwd: folder })
  const results = readJunit(report, NAME) ?? { passed: [], failed: [], skipped: [] }
  rmSync(reports, { recursive: true, force: true })
  if (code !== 0 && results.failed.length === 0) results.failed.push(`${NAME}: pytest ended with exit code ${code}`)
  return results
}

/** @returns null, or what is wrong */
function install() {
  const requirements = readFileSync(join(folder, 'requirements-test.txt'))
  const wanted = createHash('sha256')
    .update(requirements)
    .update(readFileSync(join(folder, 'pyproject.toml')))
  const digest = wanted.digest('hex')
  const stamp = join(environment, '.installed')
  if (existsSync(stamp) && existsSync(python) && readFileSync(stamp, 'utf8') === digest) return null
  process.stdout.write(`Installing ${NAME}/requirements-test.txt\n`)
  rmSync(environment, { recursive: true, force: true })
  if (show('python3', ['-m', 'venv', environment]) !== 0) return 'python3 -m venv failed'
  const pip = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check']
  if (show(python, [...pip, '-r', 'requirements-test.txt', '-e', '.'], { cwd: folder }) !== 0) {
    return 'pip install failed: is the package index reachable?'
  }
  writeFileSync(stamp, digest)
  return null
}
