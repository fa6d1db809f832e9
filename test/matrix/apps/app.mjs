// What every app of the matrix does: it says where it is and which versions it runs with, and ends when it is told to.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const setup = JSON.parse(process.env.MATRIX_SETUP)

/** The options of Quasar: a short interval, and a threshold that `GET /slow` is over. */
export const options = {
  service: setup.service,
  interval: 200,
  slow: 100,
  redis: await connection(setup.redis),
}

/** Where the queues of an app are. */
export const { redisPort, sqs } = setup

/** A Redis Cluster is reached by a client of the app; a URL and a Sentinel by what Quasar opens itself. */
async function connection(redis) {
  if (!redis.cluster) return redis
  const { Cluster } = await import('ioredis')
  return new Cluster(redis.cluster)
}

/**
 * Tells the test that the app is ready.
 *
 * @param names packages whose versions the test wants to see, besides the ioredis of Quasar
 * @param close ends the app as its users end theirs
 */
export function ready({ port = null, names, close }) {
  const own = createRequire(import.meta.url)
  const quasar = createRequire(own.resolve('@gravito/quasar'))
  const versions = Object.fromEntries(names.map((name) => [name, versionOf(own, name)]))
  process.once('SIGTERM', async () => {
    await close()
    if (typeof options.redis.disconnect === 'function') options.redis.disconnect()
  })
  const runtime = process.versions.bun ?? process.versions.deno ?? process.versions.node
  say({ port, runtime, versions: { ...versions, ioredis: versionOf(quasar, 'ioredis') } })
}

function say(what) {
  process.stdout.write(`${JSON.stringify(what)}\n`)
}

/** Of what is loaded from there, although most packages do not export their package.json. */
function versionOf(require, name) {
  for (let folder = dirname(require.resolve(name)); ; folder = dirname(folder)) {
    const manifest = readManifest(folder)
    if (manifest?.name === name) return manifest.version
    if (folder === dirname(folder)) throw new Error(`${name} has no package.json`)
  }
}

function readManifest(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  } catch {
    return null
  }
}

export class OrderError extends Error {
  name = 'OrderError'
}

export const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** How long `GET /slow` takes, ms. */
export const SLOW_MS = 150
