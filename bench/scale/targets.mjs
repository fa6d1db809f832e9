// Where a fleet reports: a Redis `{ url }`, or a Redis Cluster `{ ports }`.
import { once } from 'node:events'
import { Cluster } from 'ioredis'

/** For the option `redis`. A Cluster is a client of its own each time, which is ready. */
export async function sourceOf({ url, ports }) {
  if (url) return url
  const client = new Cluster(ports.map((port) => ({ host: '127.0.0.1', port })))
  client.on('error', () => {})
  await once(client, 'ready')
  return client
}
