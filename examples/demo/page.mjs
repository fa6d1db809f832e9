// Zenith's page on one port of this machine.
import { once } from 'node:events'
import { createServer } from 'node:http'

/** Asks every second what the demo does, and loads anew when Zenith is there. It goes on while nothing answers. */
const EARLY = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>The demo is starting</title>
<noscript><meta http-equiv="refresh" content="2"></noscript>
<style>
  :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
  body { display: grid; place-content: center; min-height: 90vh; margin: 0 1rem; text-align: center }
</style>
<h1>The demo is starting</h1>
<p role="status"></p>
<script>
  const ask = async () => {
    try {
      const answer = await fetch(location.href, { headers: { accept: 'text/plain' }, cache: 'no-store' })
      if (answer.status !== 503) return location.reload()
      document.querySelector('p').textContent = await answer.text()
    } catch {}
    setTimeout(ask, 1000)
  }
  ask()
</script>
</html>
`

/**
 * Takes the port first, before anything else is started, so that a taken one is said at once; until there is a handler it
 * answers 503: a browser with a page that loads itself anew, others with what is done now.
 *
 * @throws when the port is taken or no port
 */
export async function openPage(port) {
  let handler = null
  let words = 'The demo is starting'
  const server = createServer((request, response) => {
    if (handler) return handler(request, response)
    const isBrowser = request.headers.accept?.includes('text/html')
    const type = isBrowser ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8'
    response
      .writeHead(503, { 'content-type': type, 'retry-after': '1', 'cache-control': 'no-store' })
      .end(isBrowser ? EARLY : `${words} …\n`)
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
    /** @param next what is done now */
    tell(next) {
      words = next
    },
    serve(next) {
      handler = next
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
