import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis, type RedisOptions } from 'ioredis'

export interface StartRedisOptions {
  /** Further arguments of redis-server, `['--requirepass', 'secret']`. */
  args?: readonly string[]
  /** Of a server that is started again; a free one by default. */
  port?: number
}

/** A redis-server of the test's own. */
export interface TestRedis {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** A client that is closed by {@link TestRedis.stop}. */
  client(options?: Omit<RedisOptions, 'replyMapping'>): Redis
  /** Ends it in an orderly way and removes its folder. Harmless twice. */
  stop(): Promise<void>
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>
  /** Stops it from answering, with its connections kept. */
  pause(): void
  resume(): void
}

/**
 * Starts a private redis-server on a free port of 127.0.0.1, without persistence.
 *
 * @throws when there is no redis-server, or when it does not start
 */
export async function startRedis(options: StartRedisOptions = {}): Promise<TestRedis> {
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort())
    try {
      return await launch(port, options.args ?? [])
    } catch (error) {
      // Somebody else may have taken the port meanwhile.
      if (options.port !== undefined || attempt === 5 || !isPortTaken(error)) throw error
    }
  }
}

/** Below the ports that systems give to connections, of which one may be taken before a server listens. */
const [FIRST_PORT, PORTS] = [15_000, 7_000]

/** A TCP port of 127.0.0.1 that is free at this moment. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS)
    if (await isFree(port)) return port
  }
}

async function isFree(port: number): Promise<boolean> {
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

/** Nothing is saved, and a replica gets its data at once: by default Redis waits 5 s for a second one. */
const WITHOUT_FILES = ['--save', '', '--appendonly', 'no', '--repl-diskless-sync-delay', '0']

async function launch(port: number, args: readonly string[]): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'quasar-redis-'))
  const child = spawn(
    'redis-server',
    ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, ...WITHOUT_FILES, ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const clients: Redis[] = []
  const end = async (signal: NodeJS.Signals) => {
    for (const client of clients.splice(0)) client.disconnect()
    await endChild(child, signal)
    await rm(folder, { recursive: true, force: true })
  }
  // A test process that dies without its hooks must not leave a server behind.
  const endWithProcess = () => child.kill('SIGKILL')
  process.once('exit', endWithProcess)
  child.once('exit', () => process.removeListener('exit', endWithProcess))
  try {
    await accepting(child)
  } catch (error) {
    await end('SIGKILL')
    throw error
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pid: child.pid ?? 0,
    client(clientOptions: Omit<RedisOptions, 'replyMapping'> = {}) {
      const client = new Redis(port, '127.0.0.1', clientOptions)
      // What a server that is stopped under a client reports is not the test's concern.
      client.on('error', () => {})
      clients.push(client)
      return client
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
  }
}

async function accepting(child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let output = ''
    const read = (chunk: Buffer) => {
      output += chunk.toString()
      if (output.includes('Ready to accept connections')) resolve()
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    child.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'ENOENT' ? new Error('redis-server is not installed: apt-get install redis-server') : error)
    })
    child.once('exit', (code) => reject(new Error(`redis-server ended with code ${code}: ${output}`)))
  })
}

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && /address already in use|could not create server|bind/i.test(error.message)
}

async function endChild(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill(signal)
  // A stopped process takes no other signal than these.
  child.kill('SIGCONT')
  await ended
}
