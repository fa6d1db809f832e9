// The Redis servers of a scenario, and what they take together.
import { startRedis } from '../shared/redis.mjs'
import { startRedisCluster } from '../shared/redis-cluster.mjs'
import { clientOf, figuresOf } from '../shared/redis-figures.mjs'

// Each server listens for the end of this process.
process.setMaxListeners(100)

/** @param count of clusters of Zenith, each with a Redis of its own @param isSharded each is a Redis Cluster of three masters */
export async function startStores(count, isSharded) {
  const started = []
  const stop = () => Promise.all(started.map((one) => one.stop()))
  try {
    for (let index = 0; index < count; index++) started.push(isSharded ? await startRedisCluster() : await startRedis())
  } catch (error) {
    await stop()
    throw error
  }
  const servers = started.flatMap((one) => one.masters ?? [one])
  const clients = servers.map(({ url }) => clientOf(url))
  return {
    targets: started.map(({ masters, url }) => (masters ? { ports: masters.map(({ port }) => port) } : { url })),
    servers,
    async figures() {
      const all = await Promise.all(clients.map(figuresOf))
      const sizes = await Promise.all(clients.map((client) => client.dbsize()))
      const sum = (name) => all.reduce((total, figures) => total + figures[name], 0)
      const keys = sizes.reduce((total, size) => total + size, 0)
      return { cpuUs: sum('cpuUs'), commands: sum('commands'), memory: sum('memory'), bytesIn: sum('bytesIn'), keys }
    },
    async stop() {
      for (const client of clients) client.disconnect()
      await stop()
    },
  }
}
