import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { vi } from 'vitest'
import { freePort } from '../../support/redis.js'

export interface TestNginx {
  readonly url: string
  stop(): Promise<void>
}

/** Starts a private nginx on a free port of 127.0.0.1. @param locations what stands in its `server` */
export function startNginx(locations: string): Promise<TestNginx> {
  return launchNginx((port) => `server {\n    listen 127.0.0.1:${port};\n    ${locations}\n  }`)
}

/** The same with servers of its own. @param servers what stands in its `http` */
export async function launchNginx(servers: (port: number) => string): Promise<TestNginx> {
  const folder = await mkdtemp(join(tmpdir(), 'quasar-nginx-'))
  // Its workers are another user's when it is started by root.
  await chmod(folder, 0o755)
  const port = await freePort()
  const file = join(folder, 'nginx.conf')
  await writeFile(file, configOf(folder, servers(port)))
  const env = { ...process.env, PATH: `${process.env.PATH}${delimiter}/usr/sbin` }
  const child = spawn('nginx', ['-p', folder, '-c', file, '-e', 'stderr'], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let complaints = ''
  child.stderr.on('data', (part) => (complaints += part))
  const ended = once(child, 'exit')
  // Not by SIGKILL: its workers would stay.
  const end = () => child.kill('SIGTERM')
  process.once('exit', end)
  const stop = async () => {
    end()
    await ended
    process.removeListener('exit', end)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await vi.waitFor(() => accepts(port), { timeout: 15_000 })
  } catch (error) {
    await stop()
    throw new Error(`nginx did not start: ${complaints}`, { cause: error })
  }
  return { url: `http://127.0.0.1:${port}`, stop }
}

function configOf(folder: string, servers: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
events { worker_connections 128; }
http {
  access_log off;
  gzip on;
  gzip_proxied any;
  gzip_types text/css text/javascript application/json;
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  ${servers}
}
`
}

async function accepts(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
  } finally {
    socket.destroy()
  }
}
