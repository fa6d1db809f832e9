import { randomInt } from 'node:crypto'

const NAMES = ['send-mail', 'charge-card', 'resize-image', 'sync-order', 'export-report']
const DAY_MS = 86_400_000
const BEGIN = Date.UTC(2026, 9, 1)

/** Number `index` of jobs that are spread over some days: a payload of 189 bytes, and a rare failure. */
export function jobAt(index, { jobs, days }) {
  const at = BEGIN + Math.floor((index * days * DAY_MS) / jobs)
  const user = (index * 7_919) % 100_003
  const payload = JSON.stringify({
    email: `user${user}@example.com`,
    order: { id: 10_000_000 + index, total: (index * 37) % 9_973, currency: 'EUR' },
    locale: index % 10 === 0 ? 'de' : 'en',
    template: `welcome-${index % 20}`,
    token: randomInt(2 ** 47).toString(36),
    tags: ['new', index % 3 ? 'shop' : 'app'],
  }).padEnd(189)
  const isFailed = index % 100 === 0
  return {
    queue: `redis:${index % 4}`,
    queueName: `queue-${index % 4}`,
    id: String(index),
    name: NAMES[index % NAMES.length],
    outcome: isFailed ? 'failed' : 'completed',
    attempt: 1,
    addedAt: at - 500,
    startedAt: at - 100,
    finishedAt: at,
    waitMs: 400,
    runMs: (index * 13) % 1_000,
    service: `service-${index % 3}`,
    node: `node-${index % 12}`,
    error: isFailed ? 'Connection refused' : null,
    payload: { kind: 'text', text: payload },
  }
}

/** A stand-in for `src/search`: 28 terms of such a payload. */
export function termsOf(text) {
  const { email, order, locale, template, token, tags } = JSON.parse(text)
  const [local, host] = email.split('@')
  const values = {
    email,
    'order.id': order.id,
    'order.total': order.total,
    'order.currency': order.currency.toLowerCase(),
  }
  const all = { ...values, locale, template, token, 'tags.0': tags[0], 'tags.1': tags[1] }
  const pairs = Object.entries(all).flatMap(([name, value]) => [`${name}=${value}`, String(value)])
  return [
    ...new Set([
      ...pairs,
      local,
      host,
      `email=${local}`,
      `email=${host}`,
      'welcome',
      'example',
      'com',
      'user',
      'id',
      'order',
    ]),
  ]
}
