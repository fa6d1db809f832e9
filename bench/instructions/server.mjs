// An app of the overhead benchmark under callgrind: node server.mjs <framework> <variant>.
import { once } from 'node:events'
import { hello } from '../shared/child.mjs'
import { counting } from './child.mjs'
import { watchTime } from './freeze.mjs'

watchTime()
const { APPS } = await import('../overhead/apps/index.mjs')
const [framework, variant] = process.argv.slice(2)
const server = await APPS[framework](variant)
if (!server.listening) await once(server, 'listening')
server.keepAliveTimeout = 0
server.headersTimeout = 0
server.requestTimeout = 0
counting()
hello({ port: server.address().port, pid: process.pid })
