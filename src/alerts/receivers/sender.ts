import type { ReceiverKind } from '../../api/alerts.js'
import { inTimeHeld } from '../../lib/async.js'
import type { Answer, Notification, Receiver, Sender } from '../notification.js'
import { noAnswer } from './answers.js'
import { discordRequests } from './discord.js'
import { type MailServer, mailServerOf, type SmtpOptions, sendMail } from './email.js'
import { beatRequest } from './heartbeat.js'
import type { Requests } from './kind.js'
import { networksOf } from './networks.js'
import { pagerdutyRequests } from './pagerduty.js'
import { askUrl, type HttpOptions, type HttpRequest, REQUEST_LIMIT_MS } from './request.js'
import { type Lookup, lookupBySystem } from './resolve.js'
import { slackRequests } from './slack.js'
import { teamsRequests } from './teams.js'
import { webhookRequests } from './webhook.js'

export type { SmtpOptions } from './email.js'
export type { Lookup } from './resolve.js'

export interface SenderOptions {
  /** Addresses and CIDR ranges that may be requested although they are not on the public internet, also over `http://`. */
  readonly allowedNetworks: readonly string[]
  /** Null: mails can't be sent. */
  readonly smtp: SmtpOptions | null
  /** Of this package, for `user-agent`. */
  readonly version: string
  /** How names are resolved. If omitted, by the system. */
  readonly lookup?: Lookup
  /** The time limit of a request, and of each step of sending a mail, ms. If omitted, 10 s. */
  readonly limitMs?: number
  /** The certificate that is trusted instead of the usual ones, PEM; for tests. */
  readonly ca?: string
  /** Runs a request so that no tracer of the app sees it. If omitted, as it is. */
  readonly untraced?: <T>(run: () => T) => T
}

/** How long messages that are on their way may take when the sender is closed, ms. */
const GRACE_MS = 2_000

const REQUESTS: Readonly<Partial<Record<ReceiverKind, Requests>>> = {
  slack: slackRequests,
  discord: discordRequests,
  teams: teamsRequests,
  webhook: webhookRequests,
  pagerduty: pagerdutyRequests,
}

/**
 * Sends notifications to receivers of every kind, in the form of each. It makes one attempt: the outbox stores
 * what is to be sent, tries again, and bounds how much is sent at once.
 *
 * @throws QuasarError `invalid_option` for networks or a mail server that are none
 */
export function createSender(options: SenderOptions): Sender {
  const mailServer = options.smtp && mailServerOf(options.smtp, options.limitMs ?? REQUEST_LIMIT_MS)
  return new ReceiverSender(options, mailServer)
}

class ReceiverSender implements Sender {
  readonly #mailServer: MailServer | null
  readonly #agent: string
  readonly #untraced: <T>(run: () => T) => T
  readonly #http: HttpOptions
  readonly #end = new AbortController()
  readonly #running = new Set<Promise<Answer>>()
  #closing: Promise<void> | null = null

  constructor(options: SenderOptions, mailServer: MailServer | null) {
    const { allowedNetworks, lookup = lookupBySystem, limitMs = REQUEST_LIMIT_MS, ca } = options
    this.#mailServer = mailServer
    this.#agent = `quasar/${options.version}`
    this.#untraced = options.untraced ?? ((run) => run())
    this.#http = { networks: networksOf(allowedNetworks), lookup, limitMs, ca, signal: this.#end.signal }
  }

  send(receiver: Receiver, notification: Notification): Promise<Answer> {
    return this.#run(() => this.#deliver(receiver, notification))
  }

  beat(receiver: Receiver): Promise<Answer> {
    return this.#run(() => this.#ask([beatRequest(receiver)]))
  }

  /** Waits up to 2 s for messages that are on their way, so that few are sent again after a restart. */
  close(): Promise<void> {
    this.#closing ??= inTimeHeld(Promise.all(this.#running), GRACE_MS).then(() => this.#end.abort())
    return this.#closing
  }

  async #run(work: () => Promise<Answer>): Promise<Answer> {
    if (this.#closing) return noAnswer('Zenith is stopping.', true)
    const answer = this.#untraced(() => safely(work))
    this.#running.add(answer)
    return answer.finally(() => this.#running.delete(answer))
  }

  async #deliver(receiver: Receiver, notification: Notification): Promise<Answer> {
    if (receiver.kind === 'email') return this.#mail(receiver, notification)
    if (receiver.kind === 'heartbeat') return this.#heartbeat(receiver, notification)
    const requests = REQUESTS[receiver.kind]
    return requests
      ? this.#ask(requests(receiver, notification))
      : noAnswer('The kind of the receiver is unknown.', false)
  }

  async #mail(receiver: Receiver, notification: Notification): Promise<Answer> {
    if (this.#mailServer) return sendMail(receiver, notification, this.#mailServer)
    return noAnswer('Mails need the option alerts.smtp, which is not set.', false)
  }

  /** It takes beats only; its test is one. */
  async #heartbeat(receiver: Receiver, { event }: Notification): Promise<Answer> {
    if (event === 'test') return this.#ask([beatRequest(receiver)])
    return { ...noAnswer('A heartbeat takes no messages.', false), ok: true }
  }

  /** One after the other, until one fails. */
  async #ask(requests: readonly HttpRequest[]): Promise<Answer> {
    let answer: Answer = { ...noAnswer('There was nothing to send.', false), ok: true }
    for (const request of requests) {
      const headers = { ...request.headers, 'user-agent': this.#agent }
      answer = await askUrl({ ...request, headers }, this.#http)
      if (!answer.ok) break
    }
    return answer
  }
}

/** A fault of ours is an answer, too: its text could have anything in it, and is left out. */
async function safely(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work()
  } catch (error) {
    const name = error instanceof Error ? error.name : typeof error
    return noAnswer(`The message could not be made (${name}).`, false)
  }
}
