import { once } from 'node:events'
import type { Server } from 'node:http'
import { serve } from '@hono/node-server'
import type { Hono } from 'hono'
import { createZenith } from '../../../src/runtime/create-zenith.js'
import { zenithMountSuite } from '../../conformance/zenith-mount.js'
import { requireFrom } from '../../support/installed.js'
import { urlOf } from '../support/serve.js'

for (const host of ['hono48', 'hono4']) {
  const hono: { Hono: typeof Hono } = requireFrom(host)('hono')
  zenithMountSuite(host, async (path, options) => {
    const zenith = createZenith(options)
    const app = new hono.Hono()
    app.mount(path, zenith.fetch)
    app.get('/hello', (c) => c.text('hello'))
    app.post('/echo', async (c) => c.json(await c.req.json()))
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server
    if (!server.listening) await once(server, 'listening')
    return {
      url: urlOf(server),
      async stop() {
        await zenith.close()
        await new Promise((resolve) => server.close(resolve))
      },
    }
  })
}
