import { createServer, type RequestListener } from 'node:http'
import type express from 'express'
import { createZenith, toNodeHandler } from '../../../src/runtime/create-zenith.js'
import { type StartMount, zenithMountSuite } from '../../conformance/zenith-mount.js'
import { requireFrom } from '../../support/installed.js'
import { listen } from '../support/serve.js'

type Express = typeof express

for (const host of ['express4', 'express50', 'express5']) {
  const framework: Express = requireFrom(host)('express')
  zenithMountSuite(`${host}, before the body parsers`, mountIn(framework, false))
  zenithMountSuite(`${host}, after the body parsers`, mountIn(framework, true))
}

function mountIn(express: Express, isParsedFirst: boolean): StartMount {
  return async (path, options) => {
    const zenith = createZenith(options)
    const app = express()
    if (isParsedFirst) app.use(express.json(), express.urlencoded({ extended: true }))
    app.use(path, toNodeHandler(zenith))
    app.get('/hello', (_request, response) => void response.send('hello'))
    app.post('/echo', express.json(), (request, response) => void response.json(request.body))
    const server = createServer(app as RequestListener)
    const { url } = await listen(server)
    return {
      url,
      async stop() {
        await zenith.close()
        await new Promise((resolve) => server.close(resolve))
      },
    }
  }
}
