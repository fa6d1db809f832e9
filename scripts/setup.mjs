// Gives the machine what the tests need and npm cannot bring: redis-server, PostgreSQL, chromium, nginx, Prometheus' parser, the other
// Node versions, Bun and Deno, and packages in versions that the repository itself does not have.
// On Debian as root it is installed; elsewhere one line says what to install.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installForTests } from './install.mjs'
import { php } from './languages/php.mjs'
import { findOnPath, isExecutable } from './languages/programs.mjs'
import { pythonClient } from './languages/python.mjs'

/** What Debian calls it, and how to tell that it is there: any one of the programs will do. */
const needs = [
  { name: 'redis-server', packages: ['redis-server'], isThere: () => findOnPath('redis-server') !== undefined },
  // BullMQ runs on it, too: on 13 or newer, and Debian has had that since 2021.
  { name: 'postgresql', packages: ['postgresql'], isThere: hasPostgres },
  // A page without any font has no text to look at.
  { name: 'chromium', packages: ['chromium-headless-shell', 'fonts-liberation'], isThere: hasChromium },
  // Debian puts it where only root's PATH leads.
  {
    name: 'nginx',
    packages: ['nginx'],
    isThere: () => findOnPath('nginx') !== undefined || isExecutable('/usr/sbin/nginx'),
  },
  // They count instructions; without them that test is skipped.
  {
    name: 'valgrind',
    packages: ['valgrind', 'gcc', 'libc6-dev'],
    isThere: () => ['valgrind', 'gcc'].every((program) => findOnPath(program) !== undefined),
    isOptional: true,
  },
  // The tests of the Python and PHP clients; without them those are skipped, and a line tells how to get them.
  {
    name: 'python3-venv',
    packages: ['python3', 'python3-venv'],
    isThere: () => pythonClient.missing() === null,
    isOptional: true,
  },
  {
    name: 'php',
    packages: ['php-cli', 'php-redis', 'php-mbstring', 'php-xml', 'php-sqlite3', 'phpunit', 'php-laravel-framework'],
    isThere: () => php.missing() === null && existsSync('/usr/share/php/Illuminate'),
    isOptional: true,
  },
  // The Prometheus project's own parser of what is scraped; for Debian's Python.
  { name: 'python3-prometheus-client', packages: ['python3-prometheus-client'], isThere: hasPrometheusParser },
]

/** Null when everything is there, else the line that tells a person what to do. */
export async function setUp() {
  const problem = installPrograms()
  return problem ?? (await installForTests())
}

function installPrograms() {
  const missing = needs.filter(({ isThere }) => !isThere())
  const needed = missing.filter(({ isOptional }) => !isOptional)
  if (missing.length === 0 || (needed.length === 0 && !canInstall())) return null
  const list = (canInstall() ? missing : needed).map(({ name }) => name).join(' ')
  if (!canInstall()) return `Missing: ${list}. Install it and put it on the PATH (on Debian: apt-get install ${list}).`
  process.stdout.write(`Installing ${list}\n`)
  const packages = missing.flatMap((need) => need.packages)
  apt('update')
  apt('install', '-y', '--no-install-recommends', ...packages)
  return needed.every(({ isThere }) => isThere())
    ? null
    : `apt-get could not install ${list}; install it by hand and run this again.`
}

/** Debian keeps its programs off the PATH. */
function hasPostgres() {
  const folder = '/usr/lib/postgresql'
  const versions = existsSync(folder) ? readdirSync(folder) : []
  return versions.some((version) => isExecutable(join(folder, version, 'bin/postgres'))) || !!findOnPath('postgres')
}

/** Tells the tests by CHROMIUM_PATH where it is; macOS keeps Chrome off the PATH. */
function hasChromium() {
  // The headless shell is the same engine without a browser around it: a test takes a third less CPU.
  const names = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome']
  const macos = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'
  const path = [process.env.CHROMIUM_PATH, ...names.map(findOnPath), macos].find((one) => one && existsSync(one))
  if (path) process.env.CHROMIUM_PATH = path
  return path !== undefined
}

function hasPrometheusParser() {
  const pythons = ['/usr/bin/python3', findOnPath('python3')].filter((one) => one !== undefined)
  return pythons.some((one) => spawnSync(one, ['-c', 'import prometheus_client.parser']).status === 0)
}

function canInstall() {
  const isRoot = process.getuid?.() === 0
  const isDebian =
    existsSync('/etc/os-release') && /^ID(_LIKE)?=.*debian/m.test(readFileSync('/etc/os-release', 'utf8'))
  return isRoot && isDebian && findOnPath('apt-get') !== undefined
}

function apt(...args) {
  spawnSync('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=120', ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problem = await setUp()
  if (problem) process.stderr.write(`${problem}\n`)
  process.exitCode = problem ? 1 : 0
}
