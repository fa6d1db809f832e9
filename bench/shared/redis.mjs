// A private redis-server for the run, which ends with it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { pinned } from './pin.mjs'

/**
 * @param port of a server that comes back; a free one by default
 * @param core which core it is pinned to, where that can be done
 * @param args further arguments of redis-server
 */
export async function startRedis({ port, core, args = [] } = {}) {
  const own = port ?? (await freePort())
  const server = [
    'redis-server',
    '--port',
    String(own),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    ...args,
  ]
  const [program, ...rest] = pinned(core, ...server)
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'inherit'] })
  const endWithUs = () => child.kill('SIGKILL')
  process.once('exit', endWithUs)
  child.once('exit', () => process.off('exit', endWithUs))
  await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => reject(new Error('redis-server did not start')))
    child.stdout.on('data', (text) => String(text).includes('Ready to accept connections') && resolve())
  })
  return {
    url: `redis://127.0.0.1:${own}`,
    port: own,
    pid: child.pid,
    /** Harmless twice. */
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill()
      await ended
    },
  }
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}
