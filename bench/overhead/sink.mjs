// Takes whatever exporters send and forgets it.
import { once } from 'node:events'
import { createServer } from 'node:http'

export async function startSink() {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.setHeader('content-type', 'application/json').end('{}'))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${server.address().port}/v1/traces`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
