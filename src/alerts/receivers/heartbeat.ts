import type { Receiver } from '../notification.js'
import type { HttpRequest } from './request.js'

/** A dead man's switch misses the request and tells somebody. */
export function beatRequest({ address, secret }: Receiver): HttpRequest {
  return { method: 'GET', url: address, headers: {}, body: '', secret }
}
