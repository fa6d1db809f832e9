import { createHmac } from 'node:crypto'
import { describe, expect, it, test } from 'vitest'
import type { Notification } from '../../../src/alerts/notification.js'
import type { ReceiverKind } from '../../../src/api/alerts.js'
import { AT, aNotification, anAlert, anHttpServer, aReceiver, aSender } from './given.js'

const SECRET = 'r0uting0key0of0thirty2characters'

/** What a server of this machine receives, parsed. */
async function sent(kind: ReceiverKind, notification: Notification) {
  const { origin, received } = await anHttpServer((_request, response) => response.writeHead(202).end())
  const receiver = aReceiver({ kind, address: `${origin}/in`, secret: SECRET, name: 'Ops' })
  expect(await aSender().send(receiver, notification)).toMatchObject({ ok: true, status: 202 })
  for (const { method, path, headers } of received) {
    expect([method, path]).toEqual(['POST', '/in'])
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'quasar/1.2.3' })
  }
  return received.map(({ body, headers }) => ({ body, headers, json: JSON.parse(body) }))
}

const firing = aNotification()
const resolved = aNotification({ event: 'resolved', alerts: [anAlert({ endedAt: AT })], alsoFiring: [], note: '' })
const reminder = aNotification({ event: 'reminder', alerts: [anAlert({ times: 7 })], more: 4, alsoFiringMore: 2 })
const tried = aNotification({ event: 'test', title: 'Test message', rule: null, alerts: [], alsoFiring: [], note: '' })

/** Every text of a JSON value, in its order. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(textsOf) : []
}

test('Slack: a header, a section for each alert, and links', async () => {
  const [{ json } = { json: null }] = await sent('slack', firing)
  expect(json).toMatchInlineSnapshot(`
    {
      "blocks": [
        {
          "text": {
            "emoji": false,
            "text": "[Critical] shop: CPU of web-1 is 93 %",
            "type": "plain_text",
          },
          "type": "header",
        },
        {
          "text": {
            "emoji": false,
            "text": "node web-1 of shop
    CPU is 93 %, above 90 %
    Since 2026-11-30 06:31 UTC, for 12 min
    The loop is 300 ms late",
            "type": "plain_text",
          },
          "type": "section",
        },
        {
          "elements": [
            {
              "text": "<https://zenith.example/#/nodes/web-1?at=1&amp;to=2|See the moment>",
              "type": "mrkdwn",
            },
          ],
          "type": "context",
        },
        {
          "text": {
            "emoji": false,
            "text": "What to do:
    Restart it: https://runbooks.example/cpu_high",
            "type": "plain_text",
          },
          "type": "section",
        },
        {
          "text": {
            "emoji": false,
            "text": "Also firing:
    queue mails: the oldest job waits for 20 min",
            "type": "plain_text",
          },
          "type": "section",
        },
        {
          "elements": [
            {
              "text": "<https://zenith.example/#/alerts|Open in Zenith>",
              "type": "mrkdwn",
            },
          ],
          "type": "context",
        },
        {
          "elements": [
            {
              "emoji": false,
              "text": "Critical · Rule: CPU · 2026-11-30 06:43 UTC",
              "type": "plain_text",
            },
          ],
          "type": "context",
        },
      ],
      "mrkdwn": false,
      "text": "[Critical] shop: CPU of web-1 is 93 %",
      "unfurl_links": false,
    }
  `)
})

test('Discord: an embed', async () => {
  const [{ json } = { json: null }] = await sent('discord', firing)
  expect(json).toMatchInlineSnapshot(`
    {
      "allowed_mentions": {
        "parse": [],
      },
      "embeds": [
        {
          "color": 14232864,
          "description": "**node web\\-1 of shop**
    CPU is 93 %, above 90 %
    Since 2026\\-11\\-30 06\\:31 UTC, for 12 min
    The loop is 300 ms late
    [See the moment](https://zenith.example/#/nodes/web-1?at=1&to=2)",
          "fields": [
            {
              "name": "What to do",
              "value": "Restart it\\: https://runbooks.example/cpu_high",
            },
            {
              "name": "Also firing",
              "value": "queue mails\\: the oldest job waits for 20 min",
            },
          ],
          "footer": {
            "text": "Critical · Rule: CPU · 2026-11-30 06:43 UTC",
          },
          "title": "\\[Critical\\] shop\\: CPU of web\\-1 is 93 %",
          "url": "https://zenith.example/#/alerts",
        },
      ],
    }
  `)
})

test('Teams: an adaptive card', async () => {
  const [{ json } = { json: null }] = await sent('teams', firing)
  const [{ content }] = json.attachments
  expect([json.type, content.type, content.version]).toEqual(['message', 'AdaptiveCard', '1.4'])
  expect(content.actions).toEqual([
    { type: 'Action.OpenUrl', url: 'https://zenith.example/#/alerts', title: 'Open in Zenith' },
  ])
  expect(
    textsOf(content.body).filter((text) => !/^(Container|RichTextBlock|TextRun|Action)/.test(text)),
  ).toMatchInlineSnapshot(`
    [
      "[Critical] shop: CPU of web-1 is 93 %",
      "Bolder",
      "Large",
      "Attention",
      "node web-1 of shop",
      "Bolder",
      "CPU is 93 %, above 90 %
    Since 2026-11-30 06:31 UTC, for 12 min
    The loop is 300 ms late",
      "See the moment",
      "https://zenith.example/#/nodes/web-1?at=1&to=2",
      "See the moment",
      "What to do",
      "Bolder",
      "Restart it: ",
      "https://runbooks.example/cpu_high",
      "https://runbooks.example/cpu_high",
      "Also firing",
      "Bolder",
      "queue mails: the oldest job waits for 20 min",
      "Critical · Rule: CPU · 2026-11-30 06:43 UTC",
      "Small",
    ]
  `)
})

test('PagerDuty: an incident for each alert, which its end resolves', async () => {
  const alerts = [anAlert(), anAlert({ id: 'x'.repeat(300), subject: 'node web-2 of shop' })]
  const [first, second] = await sent('pagerduty', { ...firing, alerts })
  expect(first?.json).toMatchInlineSnapshot(`
    {
      "client": "Zenith",
      "client_url": "https://zenith.example/#/alerts",
      "dedup_key": "cpu:node:web-1",
      "event_action": "trigger",
      "links": [
        {
          "href": "https://zenith.example/#/nodes/web-1?at=1&to=2",
          "text": "See the moment",
        },
        {
          "href": "https://zenith.example/#/alerts",
          "text": "Open in Zenith",
        },
      ],
      "payload": {
        "class": "CPU",
        "custom_details": {
          "also_firing": [
            "queue mails: the oldest job waits for 20 min",
          ],
          "details": [
            "The loop is 300 ms late",
          ],
          "message": "[Critical] shop: CPU of web-1 is 93 %",
          "what_to_do": "Restart it: https://runbooks.example/cpu_high",
          "when": [
            "Since 2026-11-30 06:31 UTC, for 12 min",
          ],
        },
        "severity": "critical",
        "source": "node web-1 of shop",
        "summary": "node web-1 of shop: CPU is 93 %, above 90 %",
        "timestamp": "2026-11-30T06:31:10.000Z",
      },
      "routing_key": "r0uting0key0of0thirty2characters",
    }
  `)
  const ends = await sent('pagerduty', { ...resolved, alerts: alerts.map((alert) => ({ ...alert, endedAt: AT })) })
  expect(ends.map(({ json }) => json)).toEqual(
    [first, second].map((begin) => ({
      ...{ routing_key: SECRET, event_action: 'resolve', dedup_key: begin?.json.dedup_key },
    })),
  )
  expect(second?.json.dedup_key).toMatch(/^[0-9a-f]{64}$/)
})

test('PagerDuty: a test opens an incident of its own and resolves it', async () => {
  const events = (await sent('pagerduty', tried)).map(({ json }) => json)
  expect(events.map(({ event_action, dedup_key }) => [event_action, dedup_key])).toEqual([
    ['trigger', tried.id],
    ['resolve', tried.id],
  ])
  expect(events[0].payload).toMatchObject({ severity: 'info', summary: expect.stringMatching(/This is a test/) })
})

test('PagerDuty: after an event that fails, no other one is sent', async () => {
  const { origin, received } = await anHttpServer((_request, response) => {
    response.writeHead(429, { 'retry-after': '3' }).end(`{"errors":["${SECRET}"]}`)
  })
  const receiver = aReceiver({ kind: 'pagerduty', address: origin, secret: SECRET })
  const answer = await aSender().send(receiver, { ...firing, alerts: [anAlert(), anAlert({ id: 'other' })] })
  expect(answer).toEqual({ ok: false, status: 429, text: '{"errors":["•••"]}', mayRetry: true, retryAfterMs: 3_000 })
  expect(received).toHaveLength(1)
})

describe('a webhook', () => {
  it('gets the whole notification, signed', async () => {
    const [one] = await sent('webhook', firing)
    expect(one?.json).toEqual({ version: 1, ...firing })
    expect(one?.headers['quasar-delivery']).toBe(firing.id)
    const [, seconds = '', mac = ''] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(`${one?.headers['quasar-signature']}`) ?? []
    expect(mac).toBe(createHmac('sha256', SECRET).update(`${seconds}.${one?.body}`).digest('hex'))
    expect(Math.abs(Date.now() / 1_000 - Number(seconds))).toBeLessThan(300)
  })

  it('gets no signature without a secret, and no header with line ends', async () => {
    const { origin, received } = await anHttpServer()
    const id = 'a\r\nx-evil: 1é'
    expect(await aSender().send(aReceiver({ address: origin }), { ...firing, id })).toMatchObject({ ok: true })
    expect(received[0]?.headers['quasar-signature']).toBeUndefined()
    expect(received[0]?.headers['quasar-delivery']).toBe('ax-evil1')
    expect(JSON.parse(received[0]?.body ?? '').id).toBe(id)
  })
})

describe('a heartbeat', () => {
  it('is a GET of the URL, and its test is one; it gets no messages', async () => {
    const { origin, received } = await anHttpServer()
    const receiver = aReceiver({ kind: 'heartbeat', address: `${origin}/ping` })
    const sender = aSender()
    expect(await sender.beat(receiver)).toMatchObject({ ok: true, status: 200 })
    expect(await sender.send(receiver, tried)).toMatchObject({ ok: true, status: 200 })
    expect(await sender.send(receiver, firing)).toMatchObject({ ok: true, text: 'A heartbeat takes no messages.' })
    expect(received.map(({ method, path, body }) => [method, path, body])).toEqual([
      ['GET', '/ping', ''],
      ['GET', '/ping', ''],
    ])
  })
})

const KINDS = ['slack', 'discord', 'teams'] as const

/** What is read, without what Discord's markdown takes away. */
async function readIn(kind: (typeof KINDS)[number], notification: Notification): Promise<string> {
  const [{ json } = { json: null }] = await sent(kind, notification)
  return textsOf(json).join('\n').replace(/\\(.)/g, '$1')
}

describe.each(KINDS)('%s says', (kind) => {
  test('how long it lasted', async () => {
    const text = await readIn(kind, resolved)
    expect(text).toContain('[Resolved] shop: CPU of web-1 is 93 %')
    expect(text).toContain('What was wrong: CPU is 93 %, above 90 %\nLasted 12 min: 2026-11-30 06:31 to 06:43 UTC')
    expect(text).not.toMatch(/What to do|Also firing/)
  })

  test('for how long it has been firing, how often it did, and what is left out', async () => {
    const text = await readIn(kind, reminder)
    expect(text).toContain('[Still critical] shop')
    expect(text).toContain('This is a reminder')
    expect(text).toContain('Firing for 12 min, since 2026-11-30 06:31 UTC\nFired 7 times since the last message')
    expect(text).toContain('… and 4 more alerts')
    expect(text).toContain('the oldest job waits for 20 min\n… and 2 more')
  })

  test('that it is a test', async () => {
    const text = await readIn(kind, tried)
    expect(text).toContain('[Test] Test message')
    expect(text).toContain('This is a test of the receiver “Ops”. Nothing is wrong.')
    expect(text).not.toContain('Critical')
  })
})
