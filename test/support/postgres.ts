import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { freePort } from './redis.js'

/** A PostgreSQL of the test's own. */
export interface TestPostgres {
  readonly url: string
  /** Its data directory. */
  readonly data: string
  /** Ends the server without waiting for those who are connected. */
  halt(): Promise<void>
  /** Starts it again after it was ended. */
  resume(): Promise<void>
  /** Ends it and removes its folder. Harmless twice. */
  stop(): Promise<void>
}

/** Debian keeps the programs of a server off the PATH. */
const DEBIAN = '/usr/lib/postgresql'
const USER = 'quasar'

/**
 * Starts a private PostgreSQL on a free port of 127.0.0.1, without a password. It refuses to run as root: root has it run
 * as the user that Debian makes for it.
 *
 * @throws when there is none, or when it does not start
 */
export async function startPostgres(): Promise<TestPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'quasar-postgres-'))
  chmodSync(folder, 0o777)
  const data = join(folder, 'data')
  const port = await freePort()
  const sockets = join(folder, 'sockets')
  mkdirSync(sockets)
  chmodSync(sockets, 0o777)
  const user = plainUser()
  const made = spawnSync(
    programOf('initdb'),
    ['-D', data, '-U', USER, '--auth=trust', '--no-sync', '-E', 'UTF8', '--locale=C'],
    { ...user, encoding: 'utf8' },
  )
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`)
  const args = ['-D', data, '-p', `${port}`, '-h', '127.0.0.1', '-k', sockets, '-F']
  let child: ChildProcess | null = null
  // A test process that dies without its hooks must not leave a server behind.
  const endWithProcess = () => child?.kill('SIGQUIT')
  process.once('exit', endWithProcess)
  const resume = async () => {
    child = spawn(programOf('postgres'), args, { ...user, stdio: ['ignore', 'pipe', 'pipe'] })
    await accepting(child)
  }
  const halt = async () => {
    if (child) await end(child)
  }
  const stop = async () => {
    process.removeListener('exit', endWithProcess)
    await halt()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await resume()
  } catch (error) {
    await stop()
    throw error
  }
  return { url: `postgres://${USER}@127.0.0.1:${port}/postgres`, data, halt, resume, stop }
}

/** Whom a program may run as that refuses to be root. */
function plainUser(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const [uid, gid] = ['-u', '-g'].map((flag) =>
    Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout),
  )
  if (!uid || !gid) throw new Error('There is no user "postgres", which apt-get install postgresql makes')
  return { uid, gid }
}

function programOf(name: string): string {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [
    ...versions.map((version) => join(DEBIAN, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ]
  const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
  if (!found) throw new Error('PostgreSQL is not installed: apt-get install postgresql')
  return found
}

async function accepting(child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let output = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      if (output.includes('ready to accept connections')) resolve()
    })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`postgres ended with code ${code}: ${output}`)))
  })
}

/** Without waiting for those who are connected. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGINT')
  await ended
}
