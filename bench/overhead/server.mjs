// Apps of one framework in a process of their own, one in each variant: node server.mjs <framework> <variant>...
// Tells their ports when they listen, and on each message how much CPU time the process has used so far, in µs.
import { once } from 'node:events'
import { APPS } from './apps/index.mjs'

const [framework, ...variants] = process.argv.slice(2)
const ports = {}
for (const variant of variants) ports[variant] = await open(variant)

async function open(variant) {
  const server = await APPS[framework](variant)
  if (!server.listening) await once(server, 'listening')
  // Connections wait for their turn.
  server.keepAliveTimeout = 0
  server.headersTimeout = 0
  server.requestTimeout = 0
  return server.address().port
}

process.on('message', ({ id }) => {
  const { user, system } = process.cpuUsage()
  process.send({ id, cpu: user + system })
})
process.on('disconnect', () => process.exit())
process.send({ ports })
