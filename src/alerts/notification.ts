import type { ReceiverView } from '../api/views.js'

type Severity = ReceiverView['severity']

/** A message to receivers, before it has the form of one of them. Texts are plain: each receiver escapes them. */
export interface Notification {
  /** The same at each attempt. */
  readonly id: string
  readonly event: 'firing' | 'reminder' | 'resolved' | 'test'
  /** When it was written, Unix ms. */
  readonly at: number
  /** One line: `shop: 2 of 5 nodes vanished`. */
  readonly title: string
  readonly severity: Severity
  /** Null for a test. */
  readonly rule: { readonly id: string; readonly name: string } | null
  /** At most 20. */
  readonly alerts: readonly NotifiedAlert[]
  /** Alerts of this message beyond those. */
  readonly more: number
  /** Other alerts that are firing, a line each, at most 10. */
  readonly alsoFiring: readonly string[]
  readonly alsoFiringMore: number
  /** Absolute URL of the page; null if Zenith does not know its own. */
  readonly url: string | null
  /** What to do, from the rule. */
  readonly note: string
  /** Where it fired; absent in a Zenith with one cluster. */
  readonly cluster?: { readonly id: string; readonly name: string }
}

export interface NotifiedAlert {
  /** For systems that connect the end of an alert with its begin. */
  readonly id: string
  /** `node web-1 of shop`. */
  readonly subject: string
  /** `CPU 93 % (above 90 %)`. */
  readonly text: string
  /** Unix ms. */
  readonly since: number
  /** Unix ms; null while it is firing. */
  readonly endedAt: number | null
  /** How often it fired since the last message, if more than once. */
  readonly times: number
  /** Absolute URL of the moment on the page. */
  readonly url: string | null
  /** More that is known about the cause, a line each, at most 10. */
  readonly details: readonly string[]
}

/** A receiver with its secrets: only in memory. */
export interface Receiver {
  readonly id: string
  readonly name: string
  readonly kind: ReceiverView['kind']
  /** URL, or mail addresses separated by commas. Empty for PagerDuty's own address. */
  readonly address: string
  readonly secret: string
}

/** How a receiver answered. */
export interface Answer {
  readonly ok: boolean
  /** HTTP or SMTP status; null without an answer. */
  readonly status: number | null
  /** Start of the body, or the error in words, without secrets: at most 500 characters. */
  readonly text: string
  /** Whether another attempt may succeed: no answer, 408, 425, 429, 5xx. */
  readonly mayRetry: boolean
  /** What it asked to wait (`Retry-After`), ms; null if it did not. */
  readonly retryAfterMs: number | null
}

export interface Sender {
  /** Never rejects. */
  send(receiver: Receiver, notification: Notification): Promise<Answer>
  /** A dead man's switch: says that rules are evaluated. Never rejects. */
  beat(receiver: Receiver): Promise<Answer>
  close(): Promise<void>
}
