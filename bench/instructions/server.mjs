// An app of the overhead benchmark under callgrind: node server.mjs <framework> <variant>.
import { once } from 'node:events'
import { hello } from '../shared/child.mjs'
import { counting } from './child.mjs'
import { watchTime } from './freeze.mjs'

watchTime()
const { APPS } = await import('../overhead/apps/index.mjs')
const [framework, variant] = process.argv.slice(2)
const [plain, client] = variant.split('+')
if (client) await connect(client)
const server = await APPS[framework](plain)
if (!server.listening) await once(server, 'listening')
server.keepAliveTimeout = 0
server.headersTimeout = 0
server.requestTimeout = 0
counting()
hello({ port: server.address().port, pid: process.pid })

/** The app has a client of Redis of its own. */
async function connect(client) {
  const { Redis } = await import(client)
  const redis = new Redis(process.env.QUASAR_REDIS_URL)
  redis.on('error', (error) => process.stderr.write(`${variant}: ${error.message}\n`))
  await redis.ping()
}
