import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, it, onTestFinished, test } from 'vitest'
import type { HostAddress } from '../../../src/alerts/receivers/resolve.js'
import type { SenderOptions } from '../../../src/alerts/receivers/sender.js'
import { TLS } from '../../support/tls.js'
import { aNotification, anHttpServer, aReceiver, aSecureServer, aSender } from './given.js'

/** The path of a webhook: a secret. */
const PATH = '/services/T024BE7LD/B03ABCDEF/XyZ0123456789abcdefghijk'
const SECRET = 'a-secret-of-32-characters-abcdef'

function sendTo(address: string, options: Partial<SenderOptions> = {}) {
  return aSender(options).send(aReceiver({ address, secret: SECRET }), aNotification())
}

test.each([
  [200, { ok: true, status: 200, text: 'fine', mayRetry: false }],
  [204, { ok: true, status: 204, text: '', mayRetry: false }],
  [202, { ok: true, status: 202, text: 'fine', mayRetry: false }],
  [400, { ok: false, status: 400, text: 'fine', mayRetry: false }],
  [404, { ok: false, status: 404, text: 'fine', mayRetry: false }],
  [408, { ok: false, status: 408, text: 'fine', mayRetry: true }],
  [410, { ok: false, status: 410, text: 'fine', mayRetry: false }],
  [425, { ok: false, status: 425, text: 'fine', mayRetry: true }],
  [429, { ok: false, status: 429, text: 'fine', mayRetry: true }],
  [500, { ok: false, status: 500, text: 'fine', mayRetry: true }],
  [503, { ok: false, status: 503, text: 'fine', mayRetry: true }],
])('an answer of %d', async (status, answer) => {
  const { origin } = await anHttpServer((_request, response) => response.writeHead(status).end('fine'))
  expect(await sendTo(origin + PATH)).toEqual({ ...answer, retryAfterMs: null })
})

test.each([
  ['7', 7_000],
  ['0.5', 500],
  ['999999999', 86_400_000],
  ['Mon, 30 Nov 1998 06:00:00 GMT', 0],
  ['soon', null],
  ['-5', null],
])('Retry-After: %s', async (value, ms) => {
  const { origin } = await anHttpServer((_request, response) => {
    response.writeHead(429, { 'retry-after': value }).end()
  })
  expect(await sendTo(origin + PATH)).toMatchObject({ ok: false, status: 429, mayRetry: true, retryAfterMs: ms })
})

test('Retry-After with a date in the future', async () => {
  const { origin } = await anHttpServer((_request, response) => {
    response.writeHead(503, { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() }).end()
  })
  const { retryAfterMs } = await sendTo(origin + PATH)
  expect(retryAfterMs).toBeGreaterThan(3_000_000)
  expect(retryAfterMs).toBeLessThanOrEqual(3_600_000)
})

it('follows no redirect', async () => {
  const target = await anHttpServer()
  const { origin } = await anHttpServer((_request, response) => {
    response.writeHead(302, { location: `${target.origin}${PATH}?token=hidden` }).end('moved')
  })
  const answer = await sendTo(origin)
  expect(answer).toEqual({
    ok: false,
    status: 302,
    text: `It redirects to 127.0.0.1:${target.port}, and redirects are not followed: enter the address that it redirects to.`,
    mayRetry: false,
    retryAfterMs: null,
  })
  expect(target.received).toEqual([])
})

test('a server that never answers', async () => {
  const { origin, port } = await anHttpServer(() => {})
  expect(await sendTo(origin + PATH, { limitMs: 300 })).toEqual({
    ...{ ok: false, status: null, mayRetry: true, retryAfterMs: null },
    text: `127.0.0.1:${port} did not answer within 0.3 s.`,
  })
})

test('a body that never ends is an answer: the message arrived', async () => {
  const { origin } = await anHttpServer((_request, response) => {
    response.writeHead(200)
    response.write('almost')
  })
  expect(await sendTo(origin, { limitMs: 300 })).toMatchObject({ ok: true, status: 200, text: 'almost' })
})

test('a body that goes on for ever is read up to 4 KB, and shown up to 500 characters', async () => {
  const { origin } = await anHttpServer((_request, response) => {
    response.writeHead(500)
    const timer = setInterval(() => response.write('x'.repeat(65_536)), 1)
    response.on('close', () => clearInterval(timer))
  })
  const { text, status } = await sendTo(origin)
  expect([status, text]).toEqual([500, `${'x'.repeat(499)}…`])
})

test('a reset after the head is an answer; before it, there is none', async () => {
  const after = await anHttpServer((_request, response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('part', () => response.socket?.resetAndDestroy())
  })
  expect(await sendTo(after.origin)).toMatchObject({ ok: true, status: 200 })
  const before = await anHttpServer((request) => request.socket.resetAndDestroy())
  expect(await sendTo(before.origin + PATH)).toMatchObject({
    ...{ ok: false, status: null, mayRetry: true },
    text: `127.0.0.1:${before.port} closed the connection before it answered.`,
  })
})

test('a port at which nothing or something else answers', async () => {
  const server = createServer((socket) =>
    socket
      .on('error', () => {})
      .resume()
      .end('SSH-2.0-OpenSSH_9\r\n'),
  ).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as { port: number }
  expect(await sendTo(`http://127.0.0.1:${port}/`)).toMatchObject({
    ...{ status: null, mayRetry: true, text: `127.0.0.1:${port} answers something else than HTTP.` },
  })
  server.close()
  await once(server, 'close')
  expect(await sendTo(`http://127.0.0.1:${port}/`)).toMatchObject({
    ...{ status: null, mayRetry: true, text: `127.0.0.1:${port} refuses connections.` },
  })
})

test('TLS: a trusted certificate, an unknown one, one for another name, and none', async () => {
  const { origin, port, received } = await aSecureServer()
  expect(await sendTo(origin, { ca: TLS.cert })).toMatchObject({ ok: true, status: 200 })
  expect(received).toHaveLength(1)
  const selfSigned = `The certificate of localhost:${port} is self-signed: name its authority in NODE_EXTRA_CA_CERTS.`
  expect(await sendTo(origin)).toMatchObject({ ok: false, status: null, text: selfSigned, mayRetry: true })
  const otherName = `The certificate of 127.0.0.1:${port} is for another name.`
  expect(await sendTo(`https://127.0.0.1:${port}`, { ca: TLS.cert })).toMatchObject({ ok: false, text: otherName })
  const plain = await anHttpServer()
  expect(await sendTo(`https://127.0.0.1:${plain.port}${PATH}`)).toMatchObject({
    ...{
      ok: false,
      status: null,
      mayRetry: true,
      text: `The TLS handshake with 127.0.0.1:${plain.port} failed: it may not speak TLS at this port.`,
    },
  })
  expect(received).toHaveLength(1)
})

test('names that the DNS does not know, or not now', async () => {
  const failing = (code: string) => async () =>
    Promise.reject(Object.assign(new Error(`getaddrinfo ${code}`), { code }))
  const to = `https://gone.example${PATH}`
  expect(await sendTo(to, { lookup: failing('ENOTFOUND') })).toMatchObject({
    ...{ ok: false, status: null, mayRetry: true, text: 'The name of gone.example does not exist in the DNS.' },
  })
  expect(await sendTo(to, { lookup: failing('EAI_AGAIN') })).toMatchObject({
    text: 'The name of gone.example could not be looked up: the DNS does not answer.',
  })
  expect(await sendTo(to, { lookup: () => new Promise(() => {}), limitMs: 100 })).toMatchObject({
    ...{ mayRetry: true, text: 'The name gone.example was not resolved within 0.1 s.' },
  })
  expect(await sendTo(to, { lookup: async () => [] })).toMatchObject({
    mayRetry: false,
    text: 'gone.example has no address.',
  })
})

const asAddress = (address: string) => async (): Promise<HostAddress[]> => [
  { address, family: address.includes(':') ? 6 : 4 },
]

test.each([
  '169.254.169.254',
  '127.0.0.1',
  '10.0.0.1',
  '::1',
  '::ffff:127.0.0.1',
  '64:ff9b::a9fe:a9fe',
  'fd00:ec2::254',
])('a name that resolves to %s', async (address) => {
  const { port, received } = await anHttpServer()
  const answer = await sendTo(`https://hooks.example:${port}${PATH}`, {
    allowedNetworks: [],
    lookup: asAddress(address),
  })
  expect(answer).toEqual({
    ...{ ok: false, status: null, mayRetry: false, retryAfterMs: null },
    text: `hooks.example is at ${address}, which is not on the public internet, and alerts.allowedNetworks does not allow it.`,
  })
  expect(received).toEqual([])
})

test.each([
  'http://2130706433',
  'http://0x7f.1',
  'http://0177.0.0.1',
  'http://127.1',
  'http://[::ffff:7f00:1]',
  'http://0',
  'https://[::]',
])('the literal address %s is refused', async (origin) => {
  const { port, received } = await anHttpServer()
  const answer = await sendTo(`${origin}:${port}${PATH}`, { allowedNetworks: ['10.0.0.0/8'] })
  expect(answer).toMatchObject({ ok: false, status: null, mayRetry: false })
  expect(answer.text).toMatch(/is not on the public internet/)
  expect(received).toEqual([])
})

it('connects to the address that was checked, and looks the name up once', async () => {
  const { port, received } = await anHttpServer()
  let looks = 0
  const lookup = async () => {
    looks += 1
    // Another look, of a connection, would lead elsewhere.
    return [{ address: looks === 1 ? '127.0.0.1' : '169.254.169.254', family: 4 }]
  }
  expect(await sendTo(`http://rebinding.example:${port}/`, { lookup })).toMatchObject({ ok: true })
  expect([looks, received.length]).toEqual([1, 1])
  expect(received[0]?.headers.host).toBe(`rebinding.example:${port}`)
})

it('leaves out the refused ones of several addresses', async () => {
  const { port, received } = await anHttpServer()
  const lookup = async () => [
    { address: '169.254.169.254', family: 4 },
    { address: '127.0.0.1', family: 4 },
  ]
  expect(await sendTo(`http://mixed.example:${port}/`, { lookup })).toMatchObject({ ok: true })
  expect(received).toHaveLength(1)
})

it('sends nothing over http:// to the public internet', async () => {
  expect(await sendTo(`http://hooks.example${PATH}`, { lookup: asAddress('93.184.216.34') })).toMatchObject({
    ...{ ok: false, mayRetry: false },
    text: 'hooks.example is on the public internet: its address takes https:// instead of http://.',
  })
})

test.each(['ftp://127.0.0.1/', 'file:///etc/passwd', 'no url', ''])('%s is not asked', async (address) => {
  expect(await sendTo(address)).toMatchObject({ ok: false, status: null, mayRetry: false })
})

it('uses no proxy', async () => {
  const proxy = await anHttpServer()
  const { origin, received } = await anHttpServer()
  const before = { ...process.env }
  Object.assign(process.env, { HTTP_PROXY: proxy.origin, http_proxy: proxy.origin, NODE_USE_ENV_PROXY: '1' })
  onTestFinished(() => {
    process.env = before
  })
  expect(await sendTo(origin)).toMatchObject({ ok: true })
  expect([proxy.received.length, received.length]).toEqual([0, 1])
})

test('an answer that repeats the address and the secret shows neither', async () => {
  const path = `${PATH}?sig=Qw%2Fe-77&v=1`
  const { origin } = await anHttpServer(({ url = '' }, response) => {
    const token = PATH.split('/').at(-1) ?? ''
    const forms = [url, decodeURIComponent(url), encodeURIComponent(url), url.toUpperCase(), token, SECRET, 'Qw/e-77']
    response.writeHead(500).end(`${forms.join(' ; ')} ; ${JSON.stringify(url).replace(/\//g, '\\/')}`)
  })
  const { text } = await sendTo(origin + path)
  expect(text).toMatch(/•••/)
  for (const secret of ['XyZ0123', 'xyz0123', 'T024BE7LD', 'B03ABCDEF', SECRET, 'Qw/e', 'Qw%2Fe', 'QW%2FE']) {
    expect(text.toLowerCase()).not.toContain(secret.toLowerCase())
  }
})

test('a secret at the very end of what is read is masked, too', async () => {
  // Masking makes the body short: its end, where a secret was cut, is within 500 characters.
  for (const pad of ['', 'ab', 'abcd', 'abcdefgh', 'abcdefghijklmn', 'abcdefghijklmnopqrst']) {
    const { origin } = await anHttpServer((_request, response) => response.end(pad + `${PATH} `.repeat(1_000)))
    const { text } = await sendTo(`${origin}${PATH}`)
    expect(text.length).toBeLessThan(500)
    expect(text).not.toMatch(/services|T024|B03A|XyZ/)
  }
})

test('a closed sender sends nothing, and ends what is running', async () => {
  const { origin, received } = await anHttpServer(() => {})
  const sender = aSender()
  const running = sender.send(aReceiver({ address: origin }), aNotification())
  await sender.close()
  expect(await running).toMatchObject({ ok: false, mayRetry: true, text: 'Zenith stopped before the answer came.' })
  const late = await sender.send(aReceiver({ address: origin }), aNotification())
  expect(late).toMatchObject({ ok: false, mayRetry: true, text: 'Zenith is stopping.' })
  expect(received).toHaveLength(1)
})

test('each request runs in the hook that hides it from tracers', async () => {
  const { origin } = await anHttpServer()
  let hidden = 0
  const untraced = <T>(run: () => T): T => {
    hidden += 1
    return run()
  }
  const sender = aSender({ untraced })
  await sender.send(aReceiver({ address: origin }), aNotification())
  await sender.beat(aReceiver({ kind: 'heartbeat', address: origin }))
  expect(hidden).toBe(2)
})
