import { createServer } from 'node:http'
import { createZenith, toNodeHandler } from '../../../src/runtime/create-zenith.js'
import { zenithMountSuite } from '../../conformance/zenith-mount.js'
import { listen } from '../support/serve.js'

zenithMountSuite('node:http, under a base path', async (path, options) => {
  const zenith = createZenith({ ...options, basePath: path })
  const handler = toNodeHandler(zenith)
  const server = createServer((request, response) => {
    if (request.url?.startsWith(path)) return handler(request, response)
    if (request.url === '/hello') return response.end('hello')
    response.setHeader('content-type', 'application/json')
    request.pipe(response)
  })
  const { url } = await listen(server)
  return {
    url,
    async stop() {
      await zenith.close()
      await new Promise((resolve) => server.close(resolve))
    },
  }
})
