// The alerts of the demo: a rule that fires within half a minute, and a receiver on this machine that prints its messages.
import { once } from 'node:events'
import { createServer } from 'node:http'

/** What fires, as an app would configure it; the rules that come with Zenith are on, too. */
const rules = [
  {
    id: 'search-slow',
    name: 'Search is slow',
    conditions: [{ metric: 'route.p95', is: 'above', threshold: 1_000, clear: 800 }],
    scope: { services: ['shop-api'], routes: ['GET /search'] },
    forMs: 10_000,
    note: 'The search of examples/express/app.mjs waits on purpose. Acknowledge or silence the alert to try that.',
  },
]

/** @param say prints a line @param url of the page, for links in messages */
export async function openAlerts(say, url) {
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (part) => {
      body += part
    })
    request.on('end', () => {
      const { event, severity, title } = JSON.parse(body)
      say(`  Alert (${event}, ${severity}): ${title}`)
      response.end('printed in the terminal of the demo')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = `http://127.0.0.1:${server.address().port}/alerts`
  return {
    alerts: {
      ...{ rules, url, allowedNetworks: ['127.0.0.1'] },
      receivers: [{ id: 'terminal', name: 'Terminal of the demo', kind: 'webhook', address }],
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
