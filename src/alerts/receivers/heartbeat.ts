import type { Receiver } from '../notification.js'
import type { HttpRequest } from './request.js'

/** A dead man's switch alerts its users when this request stays away. */
export function beatRequest({ address, secret }: Receiver): HttpRequest {
  return { method: 'GET', url: address, headers: {}, body: '', secret }
}
