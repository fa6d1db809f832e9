import type { Notification, Receiver } from '../notification.js'
import type { HttpRequest } from './request.js'

/** The headers of every request with JSON. */
export const JSON_HEADERS = { 'content-type': 'application/json' } as const

/**
 * The requests that tell a receiver of a notification, in their order: each is sent when the one before it succeeded, and all of them again
 * at the next attempt.
 */
export type Requests = (receiver: Receiver, notification: Notification) => readonly HttpRequest[]

/** One request with JSON. */
export function post(receiver: Receiver, body: unknown): HttpRequest {
  const { address, secret } = receiver
  return { method: 'POST', url: address, headers: JSON_HEADERS, body: JSON.stringify(body), secret }
}

/** An id that may be in a header: another one's hash would hide it, so other characters are left out. */
export function headerSafe(id: string): string {
  return id.replace(/[^\w.-]/g, '').slice(0, 100)
}
