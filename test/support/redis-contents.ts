import type { Redis } from 'ioredis'

/** All that a Redis holds: each key's type, contents and whether its life is limited. */
export async function contentsOf(client: Redis): Promise<Record<string, unknown>> {
  const keys = (await client.keys('*')).sort()
  const entries = keys.map(async (key) => {
    const [type, dump, life] = await Promise.all([client.type(key), client.dumpBuffer(key), client.pttl(key)])
    return [key, { type, dump: dump?.toString('base64'), lives: life > 0 }] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}
