// Which Redis the demo uses: the one of the environment, a private redis-server, or none.
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { Redis } from 'ioredis'
import { redisKeeperScript } from './apps.mjs'
import { freePort, startChild } from './child.mjs'

/** @returns `{ url, keeper }`; the keeper of a private server is to be stopped last. Null when there is no Redis. */
export async function chooseRedis(onDeath) {
  const url = process.env.QUASAR_REDIS_URL || process.env.REDIS_URL
  if (url) return { url: await reachable(url), keeper: null, label: 'the Redis of QUASAR_REDIS_URL or REDIS_URL' }
  return isOnPath('redis-server') ? privateRedis(onDeath) : null
}

/** @throws when there is no redis-server */
export async function privateRedis(onDeath) {
  if (!isOnPath('redis-server'))
    throw new Error('The demo with clusters needs a redis-server of its own: install one, redis-server on the PATH.')
  const port = String(await freePort())
  const keeper = startChild({ name: 'redis-server', script: redisKeeperScript, env: { PORT: port }, onDeath })
  await keeper.ready
  return { url: `redis://127.0.0.1:${port}`, keeper, label: `a private redis-server on port ${port}` }
}

async function reachable(url) {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 3_000,
    retryStrategy: null,
    maxRetriesPerRequest: 0,
  })
  // The reason comes with this event; the call rejects with nothing but "Connection is closed".
  let reason = 'no answer'
  client.on('error', (error) => {
    reason = error.code ?? error.message
  })
  try {
    await client.connect()
    await client.ping()
    return url
  } catch {
    throw new Error(
      `The Redis of QUASAR_REDIS_URL or REDIS_URL does not answer (${reason}); start it, or unset the variable for a private one.`,
    )
  } finally {
    client.disconnect()
  }
}

function isOnPath(program) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return folder !== ''
    } catch {
      return false
    }
  })
}
