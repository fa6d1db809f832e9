// The programs that are compared.
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../shared/redis.mjs'

const READ_EVERY_MS = 10_000

const directory = mkdtempSync(join(tmpdir(), 'bench-agent-'))
process.once('exit', () => rmSync(directory, { recursive: true, force: true }))

/** The binary as it is shipped: its path and its size in bytes. */
export function buildAgent() {
  const path = join(directory, 'quasar-agent')
  const cwd = fileURLToPath(new URL('../../agent', import.meta.url))
  const args = ['build', '-trimpath', '-ldflags', '-s -w', '-o', path, './cmd/quasar-agent']
  execFileSync('go', args, { cwd, env: { ...process.env, CGO_ENABLED: '0' }, stdio: 'inherit' })
  return { path, bytes: statSync(path).size }
}

export function startAgent({ path, redis }) {
  const config = join(directory, 'agent.yaml')
  writeFileSync(config, 'processes:\n  - service: bench\n    command: "^sleep 987654"\n')
  return run('quasar-agent', path, ['--redis', redis, '--config', config])
}

/** Null where it is not installed. */
export async function startNodeExporter() {
  if (!isInstalled('prometheus-node-exporter')) return null
  const address = `127.0.0.1:${await freePort()}`
  const program = run('node_exporter', 'prometheus-node-exporter', [`--web.listen-address=${address}`])
  const read = () =>
    fetch(`http://${address}/metrics`).then(
      (answer) => answer.text(),
      () => {},
    )
  const timer = setInterval(read, READ_EVERY_MS)
  const stop = () => {
    clearInterval(timer)
    program.stop()
  }
  return { ...program, stop }
}

/** Null where it is not installed. */
export function startTelegraf() {
  if (!isInstalled('telegraf')) return null
  const inputs = ['cpu', 'mem', 'swap', 'disk', 'net', 'system'].map((name) => `[[inputs.${name}]]`)
  const watched = '[[inputs.procstat]]\n  pattern = "^sleep 987654"'
  const config = join(directory, 'telegraf.conf')
  writeFileSync(config, ['[agent]\n  interval = "10s"', ...inputs, watched, '[[outputs.discard]]'].join('\n'))
  return run('Telegraf', 'telegraf', ['--config', config])
}

function isInstalled(program) {
  try {
    execFileSync('which', [program], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function run(name, program, args) {
  const child = spawn(program, args, { stdio: 'ignore' })
  const stop = () => child.kill('SIGTERM')
  process.once('exit', stop)
  return { name, pid: child.pid, stop }
}
