import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { createServer as createHttp2Server, connect as openHttp2 } from 'node:http2'
import { type AddressInfo, connect } from 'node:net'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createZenith, toNodeHandler, type Zenith } from '../../../src/runtime/create-zenith.js'
import { memoryStore } from '../../../src/stores/memory/index.js'

/** Open to this machine alone, whatever NODE_ENV is. */
function localZenith(): Zenith {
  const zenith = createZenith({ store: memoryStore(), auth: 'local', logger: false })
  onTestFinished(() => zenith.close())
  return zenith
}

const SERVERS: Record<string, (zenith: Zenith) => Server> = {
  'node:http': (zenith) => createServer({ requireHostHeader: false }, toNodeHandler(zenith)),
  'node:http with few headers': (zenith) => {
    const server = createServer(toNodeHandler(zenith))
    server.maxHeadersCount = 20
    return server
  },
  Hono: (zenith) => {
    const app = new Hono()
    app.mount('/', zenith.fetch)
    return serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server
  },
}

async function portOf(server: Server): Promise<number> {
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  if (!server.listening) await once(server.address() ? server : server.listen(0, '127.0.0.1'), 'listening')
  return (server.address() as AddressInfo).port
}

/** Sends what no client of Node's would. */
async function answerTo(port: number, ...lines: string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  await once(socket, 'close')
  return text
}

const OPEN = /"services":/
const GET = 'GET /api/overview HTTP/1.1'
const LOCAL = 'Host: localhost'
const CLOSE = 'Connection: close'
/** As many as a client may send to a proxy, so that those that it adds come last. */
const MANY = Array<string>(1_500).fill('a:b')

describe.each(Object.entries(SERVERS))('this machine, by %s,', (_, open) => {
  it('is let in', async () => {
    expect(await answerTo(await portOf(open(localZenith())), GET, LOCAL, CLOSE)).toMatch(OPEN)
  })

  it.each<[string, ...string[]]>([
    ['who hides what a proxy added behind more headers than Node takes', GET, LOCAL, ...MANY, 'Via: 1.1 a'],
    ['who names two hosts', GET, LOCAL, 'Host: evil.example'],
    ['who names two hosts the other way round', GET, 'Host: evil.example', LOCAL],
    ['who names no host', GET],
    ['who speaks HTTP/0.9', 'GET /api/overview'],
    ['who speaks HTTP/1.0', 'GET /api/overview HTTP/1.0', LOCAL],
    ['who asks as one asks a proxy', 'GET http://evil.example/api/overview HTTP/1.1', LOCAL],
    ['who asks as one asks a proxy for a local name', 'GET http://localhost/api/overview HTTP/1.1', 'Host: a.example'],
  ])('is not one %s', async (_what, ...lines) => {
    const answer = await answerTo(await portOf(open(localZenith())), ...lines, CLOSE)
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect(answer).not.toMatch(OPEN)
  })
})

it('counts guesses by the proxy where the client hid what it added', async () => {
  const zenith = createZenith({ store: memoryStore(), auth: { bearer: 'right' }, logger: false })
  onTestFinished(() => zenith.close())
  const port = await portOf(createServer(toNodeHandler(zenith)))
  const guess = async (index: number) => {
    const said = [`X-Forwarded-For: 203.0.113.${index}`, ...MANY, 'X-Forwarded-For: 192.0.2.1']
    const answer = await answerTo(port, GET, LOCAL, CLOSE, 'Authorization: Bearer wrong', ...said)
    return Number(answer.split(' ', 2)[1])
  }
  const found: number[] = []
  while (found.length < 11) found.push(await guess(found.length))
  expect(found).toEqual([...Array(10).fill(401), 429])
})

it.each([
  [{ ':authority': 'localhost' }, true],
  [{ ':authority': 'evil.example' }, false],
  [{ ':authority': 'evil.example', host: 'localhost' }, false],
  [{ ':authority': 'localhost', host: 'evil.example' }, false],
  [{ ':authority': 'localhost', via: '2 a' }, false],
])('over HTTP/2 %j is this machine: %s', async (headers, isOpen) => {
  const server = createHttp2Server(toNodeHandler(localZenith()) as never).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const client = openHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  onTestFinished(() => client.close())
  const stream = client.request({ ':path': '/api/overview', ...headers })
  let text = ''
  for await (const part of stream.setEncoding('utf8')) text += part
  expect(OPEN.test(text)).toBe(isOpen)
})
