import { createHmac } from 'node:crypto'
import type { Notification } from '../notification.js'
import { headerSafe, post, type Requests } from './kind.js'

/** Of the JSON: a change that a program must know of raises it. */
const VERSION = 1

/** Our own JSON, as docs/alert-receivers.md describes it. Nothing of it is cut or escaped. */
export const webhookRequests: Requests = (receiver, notification) => {
  const request = post(receiver, bodyOf(notification))
  const headers = { ...request.headers, 'quasar-delivery': headerSafe(notification.id) }
  return [{ ...request, headers: { ...headers, ...signatureHeader(receiver.secret, request.body) } }]
}

/** The time is signed with the body, so that a message that was recorded can't be sent again later. */
function signatureHeader(secret: string, body: string): Readonly<Record<string, string>> {
  if (secret === '') return {}
  const seconds = Math.floor(Date.now() / 1_000)
  const mac = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
  return { 'quasar-signature': `t=${seconds},v1=${mac}` }
}

function bodyOf(notification: Notification): object {
  const { id, event, at, title, severity, rule, alerts, more, alsoFiring, alsoFiringMore, url, note, cluster } =
    notification
  return {
    version: VERSION,
    ...{ id, event, at, title, severity },
    rule: rule && { id: rule.id, name: rule.name },
    alerts: alerts.map(({ id, subject, text, since, endedAt, times, url, details }) => {
      return { id, subject, text, since, endedAt, times, url, details }
    }),
    ...{ more, alsoFiring, alsoFiringMore, url, note },
    ...(cluster && { cluster }),
  }
}
