import type { Redis } from 'ioredis'

/** All that a Redis holds: each key's type, contents and whether its life is limited. */
export async function contentsOf(client: Redis): Promise<Record<string, unknown>> {
  const keys = (await client.keys('*')).sort()
  const entries = keys.map(async (key) => {
    const [type, life] = await Promise.all([client.type(key), client.pttl(key)])
    return [key, { type, holds: await contentOf(client, key, type), lives: life > 0 }] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}

/** The fields of a large hash change their order while it is read: Redis goes on growing its table then. */
async function contentOf(client: Redis, key: string, type: string): Promise<unknown> {
  if (type === 'hash') return client.hgetall(key)
  return (await client.dumpBuffer(key))?.toString('base64')
}
