// Zenith's page on one port of this machine.
import { once } from 'node:events'
import { createServer } from 'node:http'

/**
 * Takes the port first, before anything else is started, so that a taken one is said at once; until there is a handler it
 * answers 503.
 *
 * @throws when the port is taken or no port
 */
export async function openPage(port) {
  let handler = null
  const server = createServer((request, response) => {
    if (handler) return handler(request, response)
    response.writeHead(503, { 'content-type': 'text/plain', 'retry-after': '1' }).end('The demo is starting.\n')
  })
  server.listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch (error) {
    if (error.code !== 'EADDRINUSE') throw error
    throw new Error(`Port ${port} is taken. Choose another one: PORT=${port + 1} npm run demo`)
  }
  return {
    url: `http://localhost:${server.address().port}`,
    serve(next) {
      handler = next
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
