// The apps of the demo: what the page calls them, and the file that a person would start by hand.
import { fileURLToPath } from 'node:url'

const file = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))

export const httpApps = [
  { key: 'shop', service: 'shop-api', script: file('express/app.mjs') },
  { key: 'orders', service: 'orders-api', script: file('fastify/app.mjs') },
  { key: 'catalog', service: 'catalog-api', script: file('hono/app.mjs') },
  { key: 'accounts', service: 'accounts-api', script: file('nest/dist/main.js') },
]

export const workerApp = { key: 'mail', service: 'mail-worker', script: file('bullmq/worker.mjs') }
/** What watches queues of other kinds, and what plays the apps that they belong to. */
export const watchApp = { service: 'queue-watch', script: file('queues/watch.mjs') }
export const foreignScript = file('demo/foreign-queues.mjs')
export const loadScript = file('demo/load.mjs')
export const redisKeeperScript = file('demo/redis-keeper.mjs')
/** Starts the apps in other languages and the agent. */
export const languagesScript = file('demo/languages.mjs')
