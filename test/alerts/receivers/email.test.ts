import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Notification } from '../../../src/alerts/notification.js'
import { createSender, type SenderOptions } from '../../../src/alerts/receivers/sender.js'
import { TLS } from '../../support/tls.js'
import { AT, aNotification, anAlert, aReceiver, aSender } from './given.js'
import { aMailServer, type MailServer, type ReceivedMail } from './mail-server.js'

const FROM = 'Zenith <alerts@quasar.example>'
const mails = aReceiver({ kind: 'email', address: 'ops@example.com, dev@example.com' })

/** Of the mail server's password. */
const PASSWORD = 'p4ss/w0rd+of-mail'

function senderOf(url: string, options: Partial<SenderOptions> = {}) {
  return aSender({ smtp: { url, from: FROM }, ...options })
}

async function sent(server: MailServer, notification: Notification): Promise<ReceivedMail> {
  const answer = await senderOf(`smtp://127.0.0.1:${server.port}`).send(mails, notification)
  expect(answer).toMatchObject({ ok: true, status: 250, text: '250 OK: queued as 1234', mayRetry: false })
  const received = server.received.at(-1)
  if (!received) throw new Error('no mail was received')
  return received
}

const header = ({ mail }: ReceivedMail, name: string) => mail.headers.find(({ key }) => key === name)?.value

describe.each([
  ['the newest', () => import('nodemailer')],
  ['the lowest', () => import('nodemailer7')],
])('with %s nodemailer', (_name, load) => {
  test('a mail, and the one that it is over, in one thread', async () => {
    const { default: loaded } = await load()
    vi.doMock('nodemailer', () => ({ default: loaded }))
    onTestFinished(() => void vi.doUnmock('nodemailer'))
    const server = await aMailServer()
    const firing = await sent(server, aNotification())
    expect(firing.to).toEqual(['ops@example.com', 'dev@example.com'])
    expect(firing.mail.from).toMatchObject({ name: 'Zenith', address: 'alerts@quasar.example' })
    expect(firing.mail.subject).toBe('[Critical] shop: CPU of web-1 is 93 %')
    expect(firing.mail.messageId).toBe('<quasar.0f8e7c1a-1@quasar.example>')
    expect(new Date(firing.mail.date ?? '').getTime()).toBe(AT)
    expect(header(firing, 'auto-submitted')).toBe('auto-generated')
    expect(header(firing, 'content-type')).toMatch(/^multipart\/alternative/)
    expect(firing.mail.text?.replace(/\r\n/g, '\n').trim()).toMatchInlineSnapshot(`
      "[Critical] shop: CPU of web-1 is 93 %

      node web-1 of shop
        CPU is 93 %, above 90 %
        Since 2026-11-30 06:31 UTC, for 12 min
        The loop is 300 ms late
        See the moment: https://zenith.example/#/nodes/web-1?at=1&to=2

      What to do:
      Restart it: https://runbooks.example/cpu_high

      Also firing:
      - queue mails: the oldest job waits for 20 min

      Open in Zenith: https://zenith.example/#/alerts

      Critical · Rule: CPU · 2026-11-30 06:43 UTC"
    `)
    expect(firing.mail.html).toContain(
      '<a href="https://runbooks.example/cpu_high">https://runbooks.example/cpu_high</a>',
    )
    expect(firing.mail.inReplyTo).toBeUndefined()

    const alerts = [anAlert({ endedAt: AT })]
    const resolved = await sent(server, aNotification({ id: '0f8e7c1a-2', event: 'resolved', alerts }))
    expect(resolved.mail.subject).toBe('[Resolved] shop: CPU of web-1 is 93 %')
    expect(resolved.mail.messageId).toBe('<quasar.0f8e7c1a-2@quasar.example>')
    expect(resolved.mail.inReplyTo).toMatch(/^<quasar\.alert\.[0-9a-f]{32}@quasar\.example>$/)
    expect(resolved.mail.references).toBe(resolved.mail.inReplyTo)
    expect(firing.mail.references).toBe(resolved.mail.references)
  })
})

test('a name with line ends makes no header, and HTML in it no element', async () => {
  const title = 'shop\r\nBcc: evil@example.com\r\n\r\n<script>alert(1)</script>'
  const alert = anAlert({ subject: '<img src=x onerror=alert(1)> "\'&', text: '"><a href="http://evil">x</a>' })
  const mail = await sent(await aMailServer(), aNotification({ title, alerts: [alert] }))
  expect(mail.to).toEqual(['ops@example.com', 'dev@example.com'])
  expect(header(mail, 'bcc')).toBeUndefined()
  expect(mail.mail.subject).toBe('[Critical] shop Bcc: evil@example.com <script>alert(1)</script>')
  expect(mail.mail.html).not.toMatch(/<script|<img|<a href="http:\/\/evil/)
  expect(mail.mail.html).toContain('&lt;img src=x onerror=alert(1)&gt; &quot;&#39;&amp;')
})

test('a refused login shows no password, and is not tried again', async () => {
  const server = await aMailServer({
    authOptional: false,
    onAuth: ({ password }, _session, done) => done(Object.assign(new Error(`No: ${password}`), { responseCode: 535 })),
  })
  const url = `smtp://zenith:${encodeURIComponent(PASSWORD)}@127.0.0.1:${server.port}`
  const answer = await senderOf(url).send(mails, aNotification())
  expect(answer).toMatchObject({ ok: false, status: 535, mayRetry: false, text: '535 No: •••' })
})

test('refused addresses: all of them, for now, or one of two', async () => {
  const refusing = (code: number, only: RegExp) =>
    aMailServer({
      onRcptTo: ({ address }, _session, done) =>
        done(only.test(address) ? Object.assign(new Error('Try later'), { responseCode: code }) : null),
    })
  const send = async ({ port }: MailServer) => senderOf(`smtp://127.0.0.1:${port}`).send(mails, aNotification())
  expect(await send(await refusing(550, /./))).toMatchObject({ ok: false, status: 550, mayRetry: false })
  expect(await send(await refusing(450, /./))).toMatchObject({ ok: false, status: 450, mayRetry: true })
  const one = await refusing(550, /^dev/)
  expect(await send(one)).toMatchObject({
    ...{ ok: true, status: 250, text: '250 OK: queued as 1234 It refused dev@example.com.' },
  })
  expect(one.received.map(({ to }) => to)).toEqual([['ops@example.com']])
})

test('a mail that the server refuses for its content', async () => {
  const server = await aMailServer({
    onData: (stream, _session, done) => {
      stream.resume()
      stream.on('end', () => done(Object.assign(new Error('Busy'), { responseCode: 451 })))
    },
  })
  const answer = await senderOf(`smtp://127.0.0.1:${server.port}`).send(mails, aNotification())
  expect(answer).toMatchObject({ ok: false, status: 451, mayRetry: true, text: '451 Busy' })
})

test('no server, one that closes, and one whose certificate is not trusted', async () => {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const send = (url: string) => senderOf(url).send(mails, aNotification())
  expect(await send(`smtp://127.0.0.1:${port}`)).toMatchObject({
    ...{ ok: false, status: null, mayRetry: true, text: `127.0.0.1:${port} closed the connection.` },
  })
  server.close()
  await once(server, 'close')
  expect(await send(`smtp://127.0.0.1:${port}`)).toMatchObject({
    ...{ ok: false, status: null, mayRetry: true, text: `127.0.0.1:${port} refuses connections.` },
  })
  const secure = await aMailServer({ ...TLS, secure: true })
  expect(await send(`smtps://localhost:${secure.port}`)).toMatchObject({
    ...{ ok: false, status: null, mayRetry: true },
    text: `The certificate of localhost:${secure.port} is self-signed: name its authority in NODE_EXTRA_CA_CERTS.`,
  })
  expect(await send(`smtps://localhost:${secure.port}?tls.rejectUnauthorized=false`)).toMatchObject({ ok: true })
  const starting = await aMailServer({ ...TLS, hideSTARTTLS: false })
  expect(await send(`smtp://localhost:${starting.port}?tls.rejectUnauthorized=false`)).toMatchObject({ ok: true })
})

/** A server of plain TCP; its connections end with the test. */
async function aServer(onConnection: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    onConnection(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

test.each<[string, (socket: Socket) => void]>([
  ['says nothing', () => {}],
  [
    'greets for ever',
    (socket) => {
      const timer = setInterval(() => socket.write('220-hello\r\n'), 20)
      socket.on('close', () => clearInterval(timer))
    },
  ],
])('a server that %s', async (_name, onConnection) => {
  const port = await aServer(onConnection)
  const answer = await senderOf(`smtp://127.0.0.1:${port}`, { limitMs: 200 }).send(mails, aNotification())
  expect(answer).toMatchObject({ ok: false, status: null, mayRetry: true })
  expect(answer.text).toMatch(/^127\.0\.0\.1:\d+ did not answer (in time|within)/)
})

test('a closed sender does not wait for a mail server that hangs', async () => {
  const port = await aServer(() => {})
  const sender = senderOf(`smtp://127.0.0.1:${port}`, { limitMs: 60_000 })
  let isOver = false
  void sender.send(mails, aNotification()).then(() => {
    isOver = true
  })
  await sender.close()
  expect(isOver).toBe(false)
})

test('without a mail server it says which option is missing', async () => {
  expect(await aSender().send(mails, aNotification())).toMatchObject({
    ...{ ok: false, status: null, mayRetry: false, text: 'Mails need the option alerts.smtp, which is not set.' },
  })
})

test.each([
  [{ url: 'mail.example.com', from: FROM }, /alerts\.smtp\.url" takes a URL such as smtp:/],
  [{ url: 'https://user:hidden@mail.example.com', from: FROM }, /alerts\.smtp\.url" takes/],
  [{ url: 'smtp://mail.example.com', from: 'nobody' }, /alerts\.smtp\.from" takes a mail address/],
])('refuses the options %j', (smtp, message) => {
  const create = () => createSender({ allowedNetworks: [], smtp, version: '1' })
  expect(create).toThrow(message)
  expect(create).not.toThrow(/hidden/)
})
