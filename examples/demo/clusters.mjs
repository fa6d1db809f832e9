// `npm run demo -- --clusters`: three clusters with apps of the same names, on three databases of one private Redis, and three people.
import { httpApps, loadScript, workerApp } from './apps.mjs'
import { freePort } from './child.mjs'

/** Production has the most to do; nothing of it is removed without the queue's name. */
export const clusters = [
  { id: 'production', name: 'Production', colour: 'red', environment: 'production', apps: ['shop', 'orders'] },
  { id: 'staging', name: 'Staging', colour: 'amber', environment: 'staging', apps: ['shop'] },
  {
    id: 'development',
    name: 'Development',
    colour: 'teal',
    environment: 'development',
    apps: ['catalog'],
    readOnly: true,
  },
].map((cluster, database) => ({ ...cluster, database }))

/** @param redis URL without a database @param begin starts a process of the demo */
export async function startClusters(redis, begin) {
  await Promise.all(clusters.map((cluster) => startCluster(cluster, urlOf(redis, cluster), begin)))
}

async function startCluster({ id, apps }, url, begin) {
  const env = { QUASAR_REDIS_URL: url, REDIS_URL: url, QUASAR_ENVIRONMENT: id }
  const targets = {}
  const worker = { ...env, QUASAR_SERVICE: workerApp.service }
  const started = [begin({ name: `${workerApp.service} of ${id}`, script: workerApp.script, env: worker })]
  for (const { key, service, script } of httpApps.filter((app) => apps.includes(app.key))) {
    const port = String(await freePort())
    targets[key] = `http://127.0.0.1:${port}`
    started.push(begin({ name: `${service} of ${id}`, script, env: { ...env, QUASAR_SERVICE: service, PORT: port } }))
  }
  await Promise.all(started.map(({ ready }) => ready))
  const load = JSON.stringify({ targets, redisUrl: url })
  begin({ name: `the load generator of ${id}`, script: loadScript, env: { QUASAR_DEMO_LOAD: load } })
}

/** The option of Zenith. */
export async function clusterOptions(redis) {
  const { bullmqQueues } = await import('@gravito/quasar/queues/bullmq')
  return clusters.map(({ id, name, colour, environment, readOnly, ...cluster }) => {
    const url = urlOf(redis, cluster)
    const queues = [bullmqQueues({ connection: url })]
    return { ...{ id, name, colour, environment, redis: url, queues }, ...(readOnly && { readOnly }) }
  })
}

function urlOf(redis, { database }) {
  return `${redis}/${database}`
}
