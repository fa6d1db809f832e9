// One app of one framework in one variant, in a process of its own: node server.mjs <framework> <variant>.
// Tells its port when it listens, and on each message how much CPU time it has used so far, in µs.
import { once } from 'node:events'
import { APPS } from './apps/index.mjs'

const [framework, variant] = process.argv.slice(2)
const server = await APPS[framework](variant)
if (!server.listening) await once(server, 'listening')
// Connections wait for their turn.
server.keepAliveTimeout = 0
server.headersTimeout = 0
server.requestTimeout = 0

process.on('message', ({ id }) => {
  const { user, system } = process.cpuUsage()
  process.send({ id, cpu: user + system })
})
process.on('disconnect', () => process.exit())
process.send({ port: server.address().port })
