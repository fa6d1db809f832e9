import { Cluster } from 'ioredis'
import { freePort, startRedis, type TestRedis } from './redis.js'

export interface TestCluster {
  readonly masters: readonly TestRedis[]
  /** A client that is closed by {@link TestCluster.stop}. */
  client(): Cluster
  stop(): Promise<void>
}

const SLOTS = 16_384

/** Another process may take a port of the bus before the master does. */
const TRIES = 3

/** Starts a Redis Cluster of three masters on free ports of 127.0.0.1, each with a third of the slots. */
export async function startRedisCluster(tries = TRIES): Promise<TestCluster> {
  try {
    return await startOnce()
  } catch (error) {
    if (tries <= 1) throw error
    return startRedisCluster(tries - 1)
  }
}

async function startMasters(busPorts: readonly number[]): Promise<TestRedis[]> {
  const starting = busPorts.map((port) =>
    startRedis({ args: ['--cluster-enabled', 'yes', '--cluster-port', `${port}`] }),
  )
  const started = await Promise.allSettled(starting)
  const masters = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  if (masters.length === busPorts.length) return masters
  await Promise.all(masters.map((master) => master.stop()))
  throw new Error('A master of the Redis Cluster did not start')
}

async function startOnce(): Promise<TestCluster> {
  const busPorts = [await freePort(), await freePort(), await freePort()]
  const masters = await startMasters(busPorts)
  const clients: Cluster[] = []
  const stop = async () => {
    for (const client of clients.splice(0)) client.disconnect()
    await Promise.all(masters.map((master) => master.stop()))
  }
  try {
    await join(masters, busPorts)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    masters,
    client() {
      const client = new Cluster(masters.map(({ port }) => ({ host: '127.0.0.1', port })))
      client.on('error', () => {})
      clients.push(client)
      return client
    },
    stop,
  }
}

async function join(masters: readonly TestRedis[], busPorts: readonly number[]): Promise<void> {
  const clients = masters.map((master) => master.client())
  const first = masters[0]
  if (!first) throw new Error('A cluster needs masters')
  const third = Math.ceil(SLOTS / masters.length)
  for (const [index, client] of clients.entries()) {
    const end = Math.min(SLOTS, (index + 1) * third) - 1
    await client.call('cluster', 'addslotsrange', index * third, end)
    if (index > 0) await client.call('cluster', 'meet', '127.0.0.1', first.port, busPorts[0] ?? 0)
  }
  for (const client of clients) await untilWhole(client, masters.length)
}

async function untilWhole(client: ReturnType<TestRedis['client']>, size: number): Promise<void> {
  const deadline = Date.now() + 60_000
  while (Date.now() < deadline) {
    const info = String(await client.call('cluster', 'info'))
    if (info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${size}`)) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('The Redis Cluster did not become whole within a minute')
}
