import { type Delivery, MAX_DELIVERIES } from '../../api/alerts.js'
import type { Addressed } from '../engine/messages.js'
import type { Answer, Notification, Receiver, Sender } from '../notification.js'

/** Slack and others take a message a second, ms. */
const PACE_MS = 1_000
const FIRST_RETRY_MS = 1_000
const MAX_RETRY_MS = 3_600_000
/** After so long a message is of no use any more, ms. */
const GIVE_UP_MS = 24 * 3_600_000
/** Messages that wait, of all receivers. Beyond it the oldest is given up. */
const MAX_WAITING = 200

/** The answer of a message whose receiver is not there any more: nothing is wrong. */
export const RECEIVER_GONE = 'The receiver was removed or switched off.'

/** A message on its way to one receiver. */
export interface Waiting {
  /** Of the delivery. */
  readonly id: string
  readonly receiver: string
  readonly notification: Notification
  readonly attempts: number
  /** Unix ms. */
  readonly nextAt: number
  /** From the last attempt to the next one, ms; 0 before the first. */
  readonly pauseMs: number
  readonly last: { readonly status: number | null; readonly text: string } | null
}

/** As it is stored: JSON. */
export type OutboxState = readonly Waiting[]

export interface OutboxOptions {
  readonly sender: Sender
  /** With its secrets; null if there is no such receiver any more, or if it is disabled. */
  readonly receiverOf: (id: string) => Receiver | null
  /** Unix ms by the store's clock. */
  readonly now: () => number
}

/**
 * Messages that are not delivered yet, in order for each receiver. A message is stored before it is sent, with the id that each attempt
 * has: after a crash it is sent again under the same id, never lost.
 */
export class AlertOutbox {
  readonly #options: OutboxOptions
  #waiting: Waiting[] = []
  /** Newest first. */
  #log: Delivery[] = []
  /** When a receiver may get the next message, Unix ms. */
  readonly #paceUntil = new Map<string, number>()
  /** Ids of messages that another Zenith finds in the store. */
  #stored: ReadonlySet<string> = new Set()
  #draining: Promise<boolean> | null = null

  constructor(options: OutboxOptions) {
    this.#options = options
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  state(): OutboxState {
    return this.#waiting
  }

  /** What was handed over nowhere stays. */
  restore(waiting: OutboxState, log: readonly Delivery[]): void {
    const known = new Set(waiting.map(({ id }) => id))
    this.#waiting = [...waiting, ...this.#waiting.filter(({ id }) => !known.has(id))]
    this.#log = [...log]
    this.noteStored(waiting)
  }

  /** Records what the store has: the next Zenith that evaluates continues with these messages. */
  noteStored(waiting: OutboxState): void {
    this.#stored = new Set(waiting.map(({ id }) => id))
  }

  /** Another Zenith continues with what was stored, and writes the rest again. Only messages that it can't know of stay here. */
  handOver(isOwn: (notification: Notification) => boolean): void {
    this.#waiting = this.#waiting.filter(({ id, notification }) => !this.#stored.has(id) && isOwn(notification))
  }

  /** Newest first: what waits, and what has ended. */
  deliveries(): readonly Delivery[] {
    const waiting = this.#waiting.map((one) => this.#deliveryOf(one, 'waiting', null)).reverse()
    return [...waiting, ...this.#log].slice(0, MAX_DELIVERIES)
  }

  ended(): readonly Delivery[] {
    return this.#log
  }

  add({ notification, receivers }: Addressed): void {
    const { now } = this.#options
    for (const receiver of receivers) {
      const id = `${notification.id}:${receiver}`
      this.#waiting.push({ id, receiver, notification, attempts: 0, nextAt: now(), pauseMs: 0, last: null })
    }
    while (this.#waiting.length > MAX_WAITING) {
      const oldest = this.#waiting.shift()
      if (oldest) this.#end(oldest, 'failed', { status: null, text: 'Given up: too many messages wait.' })
    }
  }

  /** Sends what is due: the first message of each receiver. Never rejects. @returns whether anything changed */
  drain(): Promise<boolean> {
    this.#draining ??= this.#drain().finally(() => {
      this.#draining = null
    })
    return this.#draining
  }

  async #drain(): Promise<boolean> {
    const now = this.#options.now()
    const first = new Map<string, Waiting>()
    for (const one of this.#waiting) if (!first.has(one.receiver)) first.set(one.receiver, one)
    const due = [...first.values()].filter(
      ({ receiver, nextAt, pauseMs }) =>
        !isBefore(nextAt, now, pauseMs) && !isBefore(this.#paceUntil.get(receiver) ?? 0, now, PACE_MS),
    )
    await Promise.all(due.map((one) => this.#deliver(one)))
    return due.length > 0
  }

  async #deliver(one: Waiting): Promise<void> {
    const { sender, receiverOf, now } = this.#options
    const receiver = receiverOf(one.receiver)
    if (!receiver) {
      this.#remove(one)
      this.#end(one, 'failed', { status: null, text: RECEIVER_GONE })
      return
    }
    const answer = await sender.send(receiver, { ...one.notification, id: one.id })
    this.#paceUntil.set(one.receiver, now() + PACE_MS)
    const tried = { ...one, attempts: one.attempts + 1, last: { status: answer.status, text: answer.text } }
    const isLast = answer.ok || !answer.mayRetry || now() - one.notification.at >= GIVE_UP_MS
    if (isLast) {
      this.#remove(one)
      this.#end(tried, answer.ok ? 'sent' : 'failed', tried.last)
      return
    }
    const pauseMs = pauseAfter(tried.attempts, answer)
    this.#replace(one, { ...tried, pauseMs, nextAt: now() + pauseMs })
  }

  #remove(one: Waiting): void {
    this.#waiting = this.#waiting.filter(({ id }) => id !== one.id)
  }

  #replace(one: Waiting, next: Waiting): void {
    this.#waiting = this.#waiting.map((other) => (other.id === one.id ? next : other))
  }

  #end(one: Waiting, state: 'sent' | 'failed', last: Waiting['last']): void {
    this.#log = [this.#deliveryOf({ ...one, last }, state, this.#options.now()), ...this.#log].slice(0, MAX_DELIVERIES)
  }

  #deliveryOf(one: Waiting, state: Delivery['state'], endedAt: number | null): Delivery {
    const { id, receiver, notification, attempts, nextAt, last } = one
    const { event, title, at, more } = notification
    const alerts = notification.alerts.map((alert) => alert.id)
    return {
      ...{ id, receiver, receiverName: this.#options.receiverOf(receiver)?.name ?? receiver, event, title, at },
      ...(more === 0 && { alerts }),
      ...{ state, attempts, nextAt: state === 'waiting' ? nextAt : null, endedAt },
      ...{ status: last?.status ?? null, answer: last?.text ?? null },
    }
  }
}

/** A pause that would last longer than it was meant to is over: the clock was set back. */
function isBefore(until: number, now: number, pauseMs: number): boolean {
  return now < until && until - now <= pauseMs
}

/** Twice as long each time, 1 s to an hour; at least what the receiver asked for. */
function pauseAfter(attempts: number, { retryAfterMs }: Answer): number {
  const pause = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(20, attempts - 1))
  return Math.max(pause, Math.min(MAX_RETRY_MS, retryAfterMs ?? 0))
}
