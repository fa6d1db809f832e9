import { createRequire } from 'node:module'
import type Fastify from 'fastify'
import type { ZenithOptions } from '../../../src/create-zenith.js'
import { zenithPlugin } from '../../../src/integrations/fastify/zenith.js'
import { zenithMountSuite } from '../../conformance/zenith-mount.js'
import { urlOf } from '../support/serve.js'

for (const host of ['fastify4', 'fastify5']) {
  const load = createRequire(new URL(`../../hosts/${host}/package.json`, import.meta.url)) as (
    name: string,
  ) => typeof Fastify
  const fastify = load('fastify')
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
}
