import { describe, expect, it } from 'vitest'
import type { Notification } from '../../../src/alerts/notification.js'
import type { ReceiverKind } from '../../../src/api/alerts.js'
import { aNotification, anAlert, anHttpServer, aReceiver, aSender } from './given.js'
import { aMailServer } from './mail-server.js'

const NAMES = {
  channel: '<!channel> <!here> <@U1> <#C1|x> &lt;!channel&gt;',
  everyone: '@everyone @here <@&123> <@123>',
  markdown: '*bold* _it_ ~~gone~~ `code` ||spoiler|| # head\n> quote\n- item :fire:',
  link: '[x](http://evil.example) <http://evil.example|good> ![i](http://evil.example/p.png)',
  lines: 'one\r\nBcc: evil@example.com\r\n\r\nbody',
  long: 'x'.repeat(10_000),
  longMarkup: '<&*'.repeat(4_000),
  emoji: '👩‍👩‍👧‍👦'.repeat(2_000),
  rtl: 'abc \u202egnp.exe\u2066 עברית العربية',
  nul: 'a\u0000b\u0007c\u001b[31m\ud800',
}

/** A hostile name wherever a name may be. */
function everywhere(name: string): Notification {
  const alert = anAlert({ subject: name, text: name, details: Array(10).fill(name) })
  return aNotification({
    title: name,
    rule: { id: 'cpu', name },
    alerts: Array.from({ length: 20 }, (_, index) => ({ ...alert, id: `${index}${name}` })),
    more: 3,
    alsoFiring: Array(10).fill(name),
    note: name,
  })
}

async function bodies(kind: ReceiverKind, name: string): Promise<string[]> {
  const { origin, received } = await anHttpServer()
  const receiver = aReceiver({ kind, address: origin, secret: 's'.repeat(32), name })
  expect(await aSender().send(receiver, everywhere(name))).toMatchObject({ ok: true })
  return received.map(({ body }) => body)
}

function* objectsOf(value: unknown): Generator<Record<string, unknown>> {
  if (value === null || typeof value !== 'object') return
  yield value as Record<string, unknown>
  for (const part of Object.values(value)) yield* objectsOf(part)
}

/** Without what a reader does not see, and what could hide or reverse what follows. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const UNSEEN = /[\u0000-\u0009\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]|[\ud800-\udbff](?![\udc00-\udfff])/

function expectClean(body: string, except?: RegExp) {
  for (const one of objectsOf(JSON.parse(body))) {
    const texts = Object.entries(one).filter(([key, value]) => typeof value === 'string' && !except?.test(key))
    for (const [, text] of texts) expect(text).not.toMatch(UNSEEN)
  }
}

describe.each(Object.entries(NAMES))('the name %s', (_label, name) => {
  it('notifies and formats nothing in Slack, within its limits', async () => {
    const [body = ''] = await bodies('slack', name)
    expectClean(body)
    const { text, blocks, mrkdwn } = JSON.parse(body)
    expect(mrkdwn).toBe(false)
    expect(blocks.length).toBeLessThanOrEqual(50)
    expect(text).not.toMatch(/[<>]|&(?!(amp|lt|gt);)/)
    for (const one of objectsOf(blocks)) {
      if (one.type === 'plain_text')
        expect([one.emoji, one.text]).toEqual([false, expect.not.stringMatching(/[<>]|&(?!(amp|lt|gt);)/)])
      if (one.type === 'mrkdwn') expect(one.text).toMatch(/^<https:\/\/zenith\.example\/[^<>|]*\|[A-Za-z ]+>$/)
      if (typeof one.text === 'string') expect(one.text.length).toBeLessThanOrEqual(3_000)
    }
    expect(blocks[0].text.text.length).toBeLessThanOrEqual(150)
  })

  it('notifies and formats nothing in Discord, within its limits', async () => {
    const [body = ''] = await bodies('discord', name)
    expectClean(body)
    const { allowed_mentions, content, embeds } = JSON.parse(body)
    const [{ title, description, fields, footer }] = embeds
    expect([allowed_mentions, content, embeds.length]).toEqual([{ parse: [] }, undefined, 1])
    expect(title.length).toBeLessThanOrEqual(256)
    expect(description.length).toBeLessThanOrEqual(4_096)
    const values: string[] = fields.map(({ value }: { value: string }) => value)
    for (const value of values) expect(value.length).toBeLessThanOrEqual(1_024)
    const all = [title, description, footer.text, ...values, ...fields.map((field: { name: string }) => field.name)]
    expect(all.join('').length).toBeLessThanOrEqual(6_000)
    // What is left without our own bold subjects, links and the note's links has no markup.
    const ours = /\*\*(?=\S)|(?<=\S)\*\*|\[See the moment\]\(https:\/\/zenith\.example[^)]*\)|https?:\/\/\S+/g
    for (const text of [title, description, ...values]) {
      expect(text.replace(/\\[\W_]/g, '').replace(ours, '')).not.toMatch(/[*_~`|<>[\]()#@]/)
    }
  })

  it('is in no markdown in Teams, within 28 KB', async () => {
    const [body = ''] = await bodies('teams', name)
    expectClean(body)
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(28 * 1_024)
    const types = [...objectsOf(JSON.parse(body).attachments)].flatMap(({ type }) => (type ? [type] : []))
    expect(new Set(types)).not.toContain('TextBlock')
    expect(new Set(types)).not.toContain('FactSet')
  })

  it('is an event of PagerDuty, within its limits', async () => {
    const events = await bodies('pagerduty', name)
    expect(events).toHaveLength(20)
    for (const body of events) {
      expectClean(body, /^dedup_key$/)
      const { payload, dedup_key } = JSON.parse(body)
      expect(payload.summary.length).toBeLessThanOrEqual(1_024)
      expect(dedup_key.length).toBeLessThanOrEqual(255)
      expect(Buffer.byteLength(body)).toBeLessThanOrEqual(512_000)
    }
  })

  it('is whole in a webhook', async () => {
    const [body = ''] = await bodies('webhook', name)
    expect(JSON.parse(body).title).toBe(name)
  })

  it('makes neither a header nor an element of a mail', async () => {
    const server = await aMailServer()
    const smtp = { url: `smtp://127.0.0.1:${server.port}`, from: 'alerts@quasar.example' }
    const receiver = aReceiver({ kind: 'email', address: 'ops@example.com' })
    expect(await aSender({ smtp }).send(receiver, everywhere(name))).toMatchObject({ ok: true })
    const [{ mail, to } = { mail: null, to: [] }] = server.received
    expect(to).toEqual(['ops@example.com'])
    expect(mail?.headers.map(({ key }) => key)).not.toContain('bcc')
    expect(mail?.subject?.length).toBeLessThanOrEqual(200)
    expect(mail?.subject).not.toMatch(/[\r\n]/)
    expect(mail?.text?.replaceAll('\r\n', '\n')).not.toMatch(UNSEEN)
    const elements = new Set([...(mail?.html ?? '').matchAll(/<([a-z0-9!/]+)/g)].map(([, element]) => element))
    expect(
      [...elements].filter((one) => !/^(\/?(html|head|title|body|h1|p|span|a)|!doctype|meta|br)$/.test(one ?? '')),
    ).toEqual([])
  })
})
