// A private Redis Cluster for the run, which ends with it.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, startRedis } from './redis.mjs'
import { clientOf } from './redis-figures.mjs'

const MASTERS = 3
const SLOTS = 16_384
const WHOLE_WITHIN_MS = 60_000

/** Masters on free ports, each with its share of the slots. */
export async function startRedisCluster() {
  const masters = []
  // Each master writes a file of the cluster's nodes.
  const folder = await mkdtemp(join(tmpdir(), 'quasar-bench-cluster-'))
  const stop = async () => {
    await Promise.all(masters.map((master) => master.stop()))
    await rm(folder, { recursive: true, force: true })
  }
  try {
    for (let index = 0; index < MASTERS; index++) masters.push(await startMaster(join(folder, `${index}.conf`)))
    await meet(masters)
  } catch (error) {
    await stop()
    throw error
  }
  return { masters, stop }
}

async function startMaster(file) {
  const busPort = await freePort()
  const args = ['--cluster-enabled', 'yes', '--cluster-port', String(busPort), '--cluster-config-file', file]
  return { ...(await startRedis({ args })), busPort }
}

async function meet(masters) {
  const clients = masters.map(({ url }) => clientOf(url))
  const share = Math.ceil(SLOTS / masters.length)
  try {
    for (const [index, client] of clients.entries()) {
      await client.call('cluster', 'addslotsrange', index * share, Math.min(SLOTS, (index + 1) * share) - 1)
      if (index > 0) await client.call('cluster', 'meet', '127.0.0.1', masters[0].port, masters[0].busPort)
    }
    await Promise.all(clients.map((client) => untilWhole(client, masters.length)))
  } finally {
    for (const client of clients) client.disconnect()
  }
}

async function untilWhole(client, size) {
  for (const end = Date.now() + WHOLE_WITHIN_MS; Date.now() < end; await sleep(50)) {
    const info = await client.call('cluster', 'info')
    if (info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${size}`)) return
  }
  throw new Error('The Redis Cluster did not become whole within a minute')
}
