import { createHash } from 'node:crypto'
import { domainToASCII } from 'node:url'
import { inTimeHeld, TOO_LATE } from '../../lib/async.js'
import { invalidOption, isQuasarError } from '../../lib/errors.js'
import type { Answer, Notification, Receiver } from '../notification.js'
import { masked, noAnswer, secretsOf } from './answers.js'
import { mailHtml, mailText } from './email-text.js'
import { failureText } from './failures.js'
import { headerSafe } from './kind.js'
import { loadNodemailer } from './load-nodemailer.js'
import { type MailAddress, mailAddresses, senderAddress } from './mail-addresses.js'
import { messageOf } from './message.js'
import { clip } from './text.js'

export interface SmtpOptions {
  /** `smtp://user:password@mail.example.com:587`, or `smtps://` for TLS from the start. */
  readonly url: string
  /** `alerts@example.com` or `Zenith <alerts@example.com>`. */
  readonly from: string
}

/** What mails are sent by; its parts are valid. */
export interface MailServer {
  readonly url: URL
  readonly from: MailAddress
  /** For each step of a session with it, ms. */
  readonly limitMs: number
}

/** How many time limits of a step all of a session may take. */
const STEPS = 3
const MAX_SUBJECT = 200
const TOO_LATE_ERROR = Object.assign(new Error('The time limit is over'), { name: 'TimeoutError' })
/** Errors without a status that another attempt can't mend. */
const FINAL_CODES = new Set(['EENVELOPE', 'ECONFIG', 'ENOAUTH'])

/** @throws QuasarError `invalid_option` for a URL or a sender that is none; the message shows no value */
export function mailServerOf({ url, from }: SmtpOptions, limitMs: number): MailServer {
  const server = URL.canParse(url) ? new URL(url) : null
  if (!server || !/^smtps?:$/.test(server.protocol) || server.hostname === '') {
    throw invalidOption('createZenith', 'alerts.smtp.url', 'a URL such as smtp://user:password@mail.example.com:587')
  }
  const sender = senderAddress(from)
  if (sender) return { url: server, from: sender, limitMs }
  throw invalidOption('createZenith', 'alerts.smtp.from', 'a mail address, such as Zenith <alerts@example.com>')
}

/** Sends one mail to all addresses of a receiver. Never rejects. */
export async function sendMail(receiver: Receiver, notification: Notification, server: MailServer): Promise<Answer> {
  const to = mailAddresses(receiver.address)
  if (!to) return noAnswer('The address is no list of mail addresses.', false)
  try {
    const { createTransport } = await loadNodemailer()
    const transport = createTransport(transportOptions(server))
    const sent = await inTimeHeld(
      transport.sendMail(mailOf(receiver, notification, to, server.from)),
      STEPS * server.limitMs,
    )
    transport.close()
    return sent === TOO_LATE ? failed(TOO_LATE_ERROR, server) : accepted(sent, server)
  } catch (error) {
    return failed(error, server)
  }
}

function transportOptions({ url, limitMs }: MailServer) {
  const limits = { connectionTimeout: limitMs, greetingTimeout: limitMs, socketTimeout: limitMs, dnsTimeout: limitMs }
  // Names and texts are never read as the path or the address of something to attach.
  return { url: url.href, ...limits, disableFileAccess: true, disableUrlAccess: true }
}

function mailOf(receiver: Receiver, notification: Notification, to: readonly string[], from: MailAddress) {
  const message = messageOf(notification, receiver.name)
  const domain = domainToASCII(from.address.slice(from.address.lastIndexOf('@') + 1)) || 'localhost'
  return {
    from: { ...from },
    to: to.map((address) => ({ name: '', address })),
    subject: clip(message.headline, MAX_SUBJECT),
    text: mailText(message),
    html: mailHtml(message),
    messageId: `<quasar.${headerSafe(notification.id)}@${domain}>`,
    date: new Date(notification.at),
    ...threadOf(notification, domain),
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
  }
}

/**
 * Mails about one alert refer to one id that no mail has, which makes them one thread: the mail of its begin is not known any more, and
 * there may be none of it.
 */
function threadOf({ event, alerts }: Notification, domain: string) {
  const references = alerts.map(({ id, since }) => {
    const hash = createHash('sha256').update(`${id}\n${since}`).digest('hex').slice(0, 32)
    return `<quasar.alert.${hash}@${domain}>`
  })
  const [first] = references
  if (first === undefined) return {}
  return { references, ...(event !== 'firing' && { inReplyTo: first }) }
}

/** What nodemailer tells of a mail that was taken for some addresses, or all. */
interface Sent {
  readonly response?: string
  readonly rejected?: readonly (string | { readonly address: string })[]
}

/** A mail that some got is not sent again: they would get it twice. */
function accepted({ response = '', rejected = [] }: Sent, server: MailServer): Answer {
  const refused = rejected.map((one) => (typeof one === 'string' ? one : one.address))
  const text = refused.length > 0 ? `${response} It refused ${refused.join(', ')}.` : response
  return { ...noAnswer(masked(text, secretsOfServer(server), false), false), ok: true, status: statusOf(response) }
}

function failed(error: unknown, server: MailServer): Answer {
  if (isQuasarError(error)) return noAnswer(error.message, false)
  const { response, responseCode, code } = error as { response?: unknown; responseCode?: unknown; code?: unknown }
  const status = typeof responseCode === 'number' ? responseCode : null
  const text =
    typeof response === 'string' && response !== ''
      ? response
      : failureText(innerOf(error), server.url.host, limitOf(error, server))
  const mayRetry = status === null ? !FINAL_CODES.has(String(code)) : status < 500
  return { ...noAnswer(masked(text, secretsOfServer(server), false), mayRetry), status }
}

/** Nodemailer replaces the codes of Node by its own, which say less. */
function innerOf(error: unknown): unknown {
  if (error === TOO_LATE_ERROR) return error
  const { errno, code, message } = error as { errno?: unknown; code?: unknown; message?: unknown }
  const named = typeof message === 'string' ? /\b(E[A-Z]{4,}|CERT_[A-Z_]+)\b/.exec(message)?.[1] : undefined
  if (named) return { code: named }
  if (typeof message === 'string' && /self-signed certificate/i.test(message))
    return { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }
  return typeof errno === 'string' ? { code: errno } : { code, cause: error }
}

function limitOf(error: unknown, { limitMs }: MailServer): number {
  return error === TOO_LATE_ERROR ? STEPS * limitMs : limitMs
}

function statusOf(response: string): number | null {
  const [code] = /^\d{3}\b/.exec(response) ?? []
  return code === undefined ? null : Number(code)
}

/** The user name and the password, as they are and as SMTP encodes them. */
function secretsOfServer({ url }: MailServer): readonly string[] {
  const user = decodeURIComponent(url.username)
  const password = decodeURIComponent(url.password)
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  const encoded = password === '' ? [] : [base64(password), base64(`\u0000${user}\u0000${password}`)]
  return secretsOf('', password, ...encoded, url.href)
}
