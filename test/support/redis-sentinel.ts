import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { freePort, startRedis, type TestRedis } from './redis.js'

const NAME = 'reports'
const SENTINELS = 3
/** After how long without an answer a master is down, ms: on a loaded machine one may be silent for a while. */
const DOWN_AFTER_MS = 2_000
const PATIENCE_MS = 90_000

/** A master, its replica, and three Sentinels that watch them. */
export interface TestSentinel {
  /** How ioredis finds the master. */
  readonly options: { readonly sentinels: readonly { host: string; port: number }[]; readonly name: string }
  readonly master: TestRedis
  readonly replica: TestRedis
  /** Kills the master and waits until the Sentinels have made the replica the master. */
  failOver(): Promise<void>
  stop(): Promise<void>
}

/** Starts all of them on free ports of 127.0.0.1; ends when every Sentinel knows all others and the replica. */
export async function startRedisSentinel(): Promise<TestSentinel> {
  const master = await startRedis()
  const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', `${master.port}`] })
  const sentinels: Sentinel[] = []
  const stop = async () => {
    await Promise.all(sentinels.map((sentinel) => sentinel.stop()))
    await Promise.all([master, replica].map((server) => server.stop()))
  }
  try {
    for (let count = 0; count < SENTINELS; count++) sentinels.push(await startSentinel(master.port))
    await Promise.all(sentinels.map(knowsAll))
  } catch (error) {
    await stop()
    throw error
  }
  return {
    options: { sentinels: sentinels.map(({ port }) => ({ host: '127.0.0.1', port })), name: NAME },
    master,
    replica,
    async failOver() {
      await master.kill()
      await until('the replica is the master', async () => {
        const [role] = (await replica.client().call('role')) as [string]
        const masters = await Promise.all(sentinels.map(({ client }) => masterOf(client)))
        return role === 'master' && masters.every((fields) => fields.port === `${replica.port}`)
      })
    },
    stop,
  }
}

interface Sentinel {
  readonly port: number
  readonly client: Redis
  stop(): Promise<void>
}

async function startSentinel(masterPort: number): Promise<Sentinel> {
  const [port, folder] = [await freePort(), await mkdtemp(join(tmpdir(), 'quasar-sentinel-'))]
  // A Sentinel writes what it learns into its configuration.
  const file = join(folder, 'sentinel.conf')
  await writeFile(file, configuration(port, folder, masterPort))
  const child = spawn('redis-server', [file, '--sentinel'], { stdio: 'ignore' })
  const endWithProcess = () => child.kill('SIGKILL')
  process.once('exit', endWithProcess)
  const client = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: null })
  client.on('error', () => {})
  return {
    port,
    client,
    async stop() {
      client.disconnect()
      await end(child)
      process.removeListener('exit', endWithProcess)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function configuration(port: number, folder: string, masterPort: number): string {
  const quorum = Math.floor(SENTINELS / 2) + 1
  return `
    bind 127.0.0.1
    port ${port}
    dir ${folder}
    sentinel monitor ${NAME} 127.0.0.1 ${masterPort} ${quorum}
    sentinel down-after-milliseconds ${NAME} ${DOWN_AFTER_MS}
    sentinel failover-timeout ${NAME} 10000
  `
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

async function knowsAll({ client }: Sentinel): Promise<void> {
  await until('a Sentinel knows all others', async () => {
    const fields = await masterOf(client)
    return fields['num-other-sentinels'] === `${SENTINELS - 1}` && fields['num-slaves'] === '1'
  })
}

/** What a Sentinel knows of the master; nothing while it starts. */
async function masterOf(client: Redis): Promise<Readonly<Record<string, string>>> {
  const answer = (await client.call('sentinel', 'master', NAME).catch(() => [])) as string[]
  const pairs = answer.flatMap((name, index) => (index % 2 === 0 ? [[name, answer[index + 1] ?? '']] : []))
  return Object.fromEntries(pairs) as Record<string, string>
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS
  while (Date.now() < deadline) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`In ${PATIENCE_MS} ms it did not come true that ${what}`)
}
