import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import PostalMime, { type Email } from 'postal-mime'
import { type ServerOptions, SMTPServer } from 'smtp-server'
import { onTestFinished } from 'vitest'

export interface ReceivedMail {
  readonly to: readonly string[]
  readonly raw: string
  readonly mail: Email
}

export interface MailServer {
  readonly port: number
  readonly received: readonly ReceivedMail[]
}

/** A real SMTP server that keeps its mails, parsed by what has nothing to do with what wrote them. */
export async function aMailServer(options: Partial<ServerOptions> = {}): Promise<MailServer> {
  const received: ReceivedMail[] = []
  const server = new SMTPServer({
    authOptional: true,
    hideSTARTTLS: true,
    allowInsecureAuth: true,
    onData: (stream, session, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', async () => {
        const raw = Buffer.concat(chunks).toString()
        const mail = await PostalMime.parse(raw)
        received.push({ to: session.envelope.rcptTo.map(({ address }) => address), raw, mail })
        done(null, 'OK: queued as 1234')
      })
    },
    ...options,
  })
  server.on('error', () => {})
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => new Promise<void>((resolve) => server.close(resolve)))
  return { port: (server.server.address() as AddressInfo).port, received }
}
