// Starts the demo's apps in Go, Python and PHP, and the agent for this machine, where their toolchains are; builds them first. Each app
// gets a few requests a second. Everything ends with this process.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from './child.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'quasar-demo-'))
const hour = 60 * 60 * 1_000

const has = (program, ...args) => spawnSync(program, args, { stdio: 'ignore' }).status === 0

function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    let errors = ''
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: root, ...options })
    child.stderr.on('data', (chunk) => {
      errors = (errors + chunk).slice(-2_000)
    })
    child.once('error', reject)
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(errors.trim() || `${program} failed`))))
  })
}

async function build(module, target) {
  const binary = join(folder, target)
  const cwd = join(root, module)
  const env = { ...process.env, CGO_ENABLED: '0' }
  await run('go', ['build', '-o', binary, module === 'agent' ? './cmd/quasar-agent' : '.'], { cwd, env })
  return binary
}

/** The client's package in a virtual environment that later demos use again. */
async function preparePython() {
  const environment = join(root, 'node_modules/.cache/quasar-demo-python')
  const python = join(environment, 'bin/python')
  if (existsSync(python) && has(python, '-c', 'import gravito_quasar')) return python
  await run('python3', ['-m', 'venv', '--clear', environment])
  await run(python, ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', '-e', 'clients/python'])
  return python
}

const PROGRAMS = [
  {
    words: 'billing-api in Go',
    isThere: () => has('go', 'version'),
    start: async () => ({ program: await build('examples/go', 'billing-api'), args: [] }),
    paths: ['GET /bills/7', 'GET /bills/8', 'POST /bills/7/send', 'GET /statements/2026', 'GET /wp-login'],
  },
  {
    words: 'the host by the agent',
    isThere: () => has('go', 'version'),
    start: async () => ({ program: await build('agent', 'quasar-agent'), args: [], env: { QUASAR_SERVICE: 'host' } }),
    paths: [],
  },
  {
    words: 'reports-api in Python',
    isThere: () => has('python3', '-c', 'import ensurepip, venv'),
    start: async () => ({ program: await preparePython(), args: [join(root, 'examples/python/app.py')] }),
    paths: ['GET /reports/2026-10', 'GET /reports/2026-11', 'GET /exports'],
  },
  {
    words: 'legacy-shop in PHP',
    isThere: () => has('php', '-v'),
    start: async (port) => ({ program: 'php', args: ['-S', `127.0.0.1:${port}`, 'examples/php/index.php'] }),
    paths: ['GET /articles/7', 'GET /articles/8', 'GET /catalog', 'GET /basket'],
  },
]

const running = []
let isStopping = false

/** The demo prints it. */
function tell(news) {
  if (!isStopping) process.send?.({ running: [], missing: [], failures: [], ...news })
}

async function begin({ words, start, paths }) {
  const port = await freePort()
  const { program, args, env } = await start(port)
  if (isStopping) return
  const settings = { ...process.env, PORT: String(port), ...env }
  const child = spawn(program, args, { stdio: 'ignore', cwd: root, env: settings })
  running.push(child)
  child.once('error', ({ message }) => tell({ failures: [`${words}: ${message}`] }))
  child.once('exit', (code, signal) => tell({ failures: [`${words} ended with ${signal ?? `exit code ${code}`}`] }))
  if (paths.length > 0) load(`http://127.0.0.1:${port}`, paths)
}

/** Three requests a second, mostly of the first path; it ends after an hour. */
function load(url, paths) {
  const endsAt = Date.now() + hour
  let sent = 0
  const timer = setInterval(() => {
    if (Date.now() > endsAt) return clearInterval(timer)
    const [method, path] = (paths[sent++ % 3 === 0 ? Math.floor(sent / 3) % paths.length : 0] ?? '').split(' ')
    fetch(url + path, { method, signal: AbortSignal.timeout(20_000) })
      .then((answer) => answer.arrayBuffer())
      .catch(() => {})
  }, 333)
}

function stop() {
  if (isStopping) return
  isStopping = true
  for (const child of running) child.kill('SIGTERM')
  const late = setTimeout(() => {
    for (const child of running) child.kill('SIGKILL')
  }, 3_500)
  const ended = running.map((child) => {
    return child.exitCode !== null || child.signalCode !== null
      ? null
      : new Promise((resolve) => child.once('exit', resolve))
  })
  Promise.all(ended).then(() => {
    clearTimeout(late)
    rmSync(folder, { recursive: true, force: true })
    process.exit(0)
  })
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, stop)

const there = PROGRAMS.filter(({ isThere }) => isThere())
process.stdout.write('building\n')
const results = await Promise.allSettled(there.map(begin))
const failures = results.flatMap(({ reason }, index) => (reason ? [`${there[index].words}: ${reason.message}`] : []))
tell({
  running: there.filter((_, index) => !results[index].reason).map(({ words }) => words),
  missing: PROGRAMS.filter((one) => !there.includes(one)).map(({ words }) => words),
  failures,
})
