import type Fastify from 'fastify'
import request from 'supertest'
import { it, onTestFinished } from 'vitest'
import { zenithPlugin } from '../../../src/integrations/fastify/zenith.js'
import type { ZenithOptions } from '../../../src/runtime/create-zenith.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { zenithMountSuite } from '../../conformance/zenith-mount.js'
import { requireFrom } from '../../support/installed.js'
import { urlOf } from '../support/serve.js'

for (const host of ['fastify4', 'fastify5']) {
  const fastify: typeof Fastify = requireFrom(host)('fastify')
  const start = async (path: string, { prefix: _, ...options }: ZenithOptions) => {
    const app = fastify()
    // The default path is tried as well as a given one.
    if (path === '/quasar') app.register(zenithPlugin, options)
    else app.register(zenithPlugin, { ...options, prefix: path })
    app.get('/hello', async () => 'hello')
    app.post('/echo', async (request) => request.body)
    await app.listen({ port: 0, host: '127.0.0.1' })
    return { url: urlOf(app.server), stop: () => app.close() }
  }
  zenithMountSuite(host, start)

  it.each([
    ['at the root', '', '/'],
    ['in a plugin with a prefix of its own', '/ops', '/quasar'],
  ])(`mounts in ${host} %s`, async (_, outer, prefix) => {
    const app = fastify()
    const options = { store: memoryStore(), auth: () => true, prefix }
    app.register(async (scope) => void scope.register(zenithPlugin, options), { prefix: outer })
    await app.listen({ port: 0, host: '127.0.0.1' })
    onTestFinished(() => app.close())
    const path = `${outer}${prefix}`.replace(/\/$/, '')
    await request(app.server)
      .get(`${path}/`)
      .expect('content-type', /^text\/html/)
    await request(app.server).get(`${path}/api/overview`).expect(200)
  })
}
