// A CommonJS app registers the module itself; the argument says in which form.
const integration = require('@gravito/quasar/fastify')
const fastify = require('fastify')

const forms = { module: integration, default: integration.default, named: integration.quasarPlugin }

async function start() {
  const { fastifyApps } = await import('../shared/fastify.mjs')
  const { runHost } = await import('../shared/host.mjs')
  runHost(fastifyApps(fastify, { quasarPlugin: forms[process.argv[2]] }))
}

start()
