import { createHash } from 'node:crypto'
import type { Notification, NotifiedAlert, Receiver } from '../notification.js'
import { post, type Requests } from './kind.js'
import { alsoFiringLines, type Message, type MessageAlert, messageOf } from './message.js'
import type { HttpRequest } from './request.js'
import { cleanLine, clip } from './text.js'

export const PAGERDUTY_URL = 'https://events.pagerduty.com/v2/enqueue'

const MAX_SUMMARY = 1_024
const MAX_KEY = 255
const MAX_NAME = 255

/**
 * Events API v2: an event for each alert, which opens or resolves the incident of its id. What is sent twice is one incident. A test opens
 * an incident and resolves it.
 */
export const pagerdutyRequests: Requests = (receiver, notification) => {
  const message = messageOf(notification, receiver.name)
  const send = (event: object) => eventRequest(receiver, event)
  if (notification.event === 'test') return testEvents(notification, message).map(send)
  return notification.alerts.map((alert, index) => {
    const isOver = notification.event === 'resolved' || alert.endedAt !== null
    return send(isOver ? resolve(alert.id) : trigger(notification, message, alert, message.alerts[index]))
  })
}

function eventRequest(receiver: Receiver, event: object): HttpRequest {
  const address = receiver.address || PAGERDUTY_URL
  return post({ ...receiver, address }, { routing_key: receiver.secret, ...event })
}

function resolve(id: string): object {
  return { event_action: 'resolve', dedup_key: keyOf(id) }
}

function trigger(all: Notification, message: Message, alert: NotifiedAlert, shown: MessageAlert | undefined): object {
  const { url } = message
  const subject = shown?.subject ?? ''
  const payload = {
    summary: clip(`${subject}: ${shown?.lines[0] ?? ''}`, MAX_SUMMARY),
    source: clip(subject || 'Zenith', MAX_NAME),
    severity: all.severity,
    timestamp: timestampOf(alert.since),
    ...(all.rule && { class: clip(cleanLine(all.rule.name), MAX_NAME) }),
    custom_details: detailsOf(message, shown),
  }
  const links = [
    ...(shown?.url ? [{ href: shown.url, text: 'See the moment' }] : []),
    ...(url ? [{ href: url, text: 'Open in Zenith' }] : []),
  ]
  return {
    ...{ event_action: 'trigger', dedup_key: keyOf(alert.id), client: 'Zenith', ...(url && { client_url: url }) },
    ...{ payload, links },
  }
}

function detailsOf(message: Message, shown: MessageAlert | undefined): object {
  const also = alsoFiringLines(message)
  return {
    message: message.headline,
    when: shown?.lines.slice(1) ?? [],
    ...(shown && shown.details.length > 0 && { details: shown.details }),
    ...(message.note && { what_to_do: message.note }),
    ...(also.length > 0 && { also_firing: also }),
    ...(message.more > 0 && { more_alerts: message.more }),
  }
}

function testEvents({ id, at }: Notification, { headline, intro }: Message): readonly object[] {
  const payload = {
    ...{ summary: clip(`${headline}: ${intro}`, MAX_SUMMARY), source: 'Zenith', severity: 'info' },
    timestamp: timestampOf(at),
  }
  return [{ event_action: 'trigger', dedup_key: keyOf(id), client: 'Zenith', payload }, resolve(id)]
}

/** A longer key would be refused. */
function keyOf(id: string): string {
  return id.length <= MAX_KEY ? id : createHash('sha256').update(id).digest('hex')
}

function timestampOf(at: number): string {
  return new Date(Number.isFinite(at) ? at : 0).toISOString()
}
