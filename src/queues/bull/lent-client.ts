import { createHash } from 'node:crypto'
import type { RedisClient } from '../../redis/client.js'

interface ScriptDefinition {
  readonly lua: string
  readonly numberOfKeys: number
}

/**
 * A client to pass to Bull. Bull adds a listener and about thirty commands to a client, under names without Bull's version (`addJob`,
 * `pause`): on a shared client they would collide with those of another version. Here they stay separate, and a close by Bull is ignored.
 */
export function lentClient(client: RedisClient): object {
  const commands = new Map<PropertyKey, unknown>()
  const none = () => lent
  for (const name of ['on', 'once', 'off', 'addListener', 'removeListener']) commands.set(name, none)
  for (const name of ['quit', 'disconnect']) commands.set(name, async () => 'OK')
  commands.set('defineCommand', (name: string, { lua, numberOfKeys }: ScriptDefinition) => {
    commands.set(name, (...args: unknown[]) => runScript(client, lua, numberOfKeys, args.flat()))
  })
  const lent: RedisClient = new Proxy(client, {
    get(target, name) {
      if (commands.has(name)) return commands.get(name)
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return lent
}

async function runScript(client: RedisClient, lua: string, keys: number, given: readonly unknown[]): Promise<unknown> {
  // As in ioredis. Bull's job options are bytes, which ioredis accepts as well.
  const args = given.map((one) => (one === null || one === undefined ? '' : one)) as (string | number)[]
  try {
    return await client.call('evalsha', createHash('sha1').update(lua).digest('hex'), keys, ...args)
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
    return client.call('eval', lua, keys, ...args)
  }
}
