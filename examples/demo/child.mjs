// Starting and ending the processes of the demo.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const preload = new URL('preload.mjs', import.meta.url).href
const startTimeout = 30_000

/**
 * Starts a script as a process of its own. It gets an IPC channel to notice that the demo is gone, and a process group
 * of its own, so that Ctrl-C reaches the demo alone and things end in order. What it prints is kept for `onDeath`.
 *
 * @returns a handle; `ready` resolves with its first line of output
 */
export function startChild({ name, script, env, onDeath, onMessage }) {
  const child = spawn(process.execPath, ['--import', preload, script], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
    env: { ...process.env, ...env },
  })
  if (onMessage) child.on('message', onMessage)
  let isStopping = false
  let isReady = false
  let printed = ''
  child.stderr.on('data', (chunk) => {
    printed = (printed + chunk).slice(-4_000)
  })
  const ended = once(child, 'exit').then(([code, signal]) => {
    const line = `${name} ended with ${signal ? `signal ${signal}` : `exit code ${code}${reasonIn(printed)}`}`
    // Before it is ready, `ready` tells.
    if (isReady && !isStopping) onDeath(line)
    return line
  })
  const ready = firstOutput(child, ended).then(() => {
    isReady = true
  })
  // Who waits for it sees the reason; who does not, has stopped it meanwhile.
  ready.catch(() => {})
  return {
    name,
    ready,
    async stop(graceMs) {
      isStopping = true
      child.kill('SIGTERM')
      // With all of its group, so that nothing that it started stays.
      const timer = setTimeout(() => killGroup(child.pid), graceMs)
      await ended
      clearTimeout(timer)
    },
  }
}

/** It may have ended by itself in this moment. */
function killGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {}
}

/** The last line that names an error, else the last line. */
function reasonIn(printed) {
  const lines = printed.trim().split('\n')
  const reason = lines.findLast((line) => /^(Uncaught )?\w*Error\b|\[\w*Error/.test(line)) ?? lines.at(-1)
  return reason && `: ${reason.trim()}`
}

async function firstOutput(child, ended) {
  const abort = new AbortController()
  const output = new Promise((resolve) => child.stdout.once('data', resolve)).then(() => null)
  const late = sleep(startTimeout, 'it did not start in 30 s', { signal: abort.signal }).catch(() => null)
  const problem = await Promise.race([output, ended, late])
  abort.abort()
  child.stdout.resume()
  if (problem) throw new Error(problem)
}

/** Below the ports that systems give to connections, of which one may be taken before a server listens. */
const [FIRST_PORT, PORTS] = [15_000, 7_000]

/** A TCP port of this machine that is free at this moment. */
export async function freePort() {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS)
    if (await isFree(port)) return port
  }
}

async function isFree(port) {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}
