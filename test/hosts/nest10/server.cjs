// As apps compiled to CommonJS load it.
require('reflect-metadata')
const integration = require('@gravito/quasar/nest')
const common = require('@nestjs/common')
const core = require('@nestjs/core')
const { ExpressAdapter } = require('@nestjs/platform-express')
const { FastifyAdapter } = require('@nestjs/platform-fastify')
const { IoAdapter } = require('@nestjs/platform-socket.io')
const { WsAdapter } = require('@nestjs/platform-ws')
const { WebSocketGateway } = require('@nestjs/websockets')
const rxjs = require('rxjs')

const adapters = {
  express: () => new ExpressAdapter(),
  fastify: () => new FastifyAdapter(),
  'fastify-http2': () => new FastifyAdapter({ http2: true }),
}
const sockets = { IoAdapter, WsAdapter, WebSocketGateway, rxjs }

async function start() {
  const { runHost } = await import('../shared/host.mjs')
  const { nestApps } = await import('../shared/nest.mjs')
  runHost(nestApps({ common, core, adapters, sockets, wildcard: 'mounted/*' }, integration, process.argv[2]))
}

start()
