import { describe, expect, it } from 'vitest'
import { createPreparer, type PrepareCounts } from '../../src/archiver/prepare/preparer.js'
import { type IndexedJob, MAX_ARCHIVED_PAYLOAD_CHARS, type RawJob, type RawPayload } from '../../src/ports/archive.js'
import { encodePayloads, type JobPayload } from '../../src/protocol/index.js'
import { maskPayload } from '../../src/redaction/json.js'
import { sealNow } from '../../src/signing/seal.js'

const raw = (payload: RawPayload | null, more: Partial<RawJob> = {}): RawJob => ({
  queue: 'ab12',
  queueName: 'mail',
  id: '7',
  name: 'SendMail',
  outcome: 'completed',
  attempt: 1,
  addedAt: 1,
  startedAt: 2,
  finishedAt: 3,
  waitMs: 1,
  runMs: 1,
  service: 'shop',
  node: 'n1',
  error: null,
  payload,
  ...more,
})
const text = (value: unknown): RawPayload => ({
  kind: 'text',
  text: typeof value === 'string' ? value : JSON.stringify(value),
})
const TOKEN = 'a-token-of-20-letters'
const sealed = (payloads: readonly (JobPayload | null)[], context = 'shop', token = TOKEN) =>
  payloads.map(
    (_, index) =>
      ({ kind: 'sealed', bytes: sealNow(encodePayloads(payloads), token, context), context, index }) as const,
  )

async function prepared(jobs: readonly RawJob[]) {
  const counts: PrepareCounts[] = []
  const prepare = createPreparer({ tokens: ['another-token-of-20', TOKEN], onCounts: (one) => counts.push(one) })
  const { jobs: ready, records, sealed } = await prepare(jobs)
  return { ready, records, sealed, counts: counts[0] as PrepareCounts }
}
const one = async (payload: RawPayload | null, more?: Partial<RawJob>) =>
  (await prepared([raw(payload, more)])).ready[0] as IndexedJob

describe('a prepared job', () => {
  it('has the payload that the page shows, and its terms', async () => {
    const payload = { email: 'ada@example.com', password: 'hunter2', url: 'redis://u:hunter2@host/0' }
    const job = await one(text(payload))
    expect(job.payload).toEqual({ text: maskPayload(JSON.stringify(payload)).text, isCut: false })
    expect(job.terms).toContain('email=ada@example.com')
    expect(JSON.stringify(job)).not.toContain('hunter2')
  })

  it('has its name and error without secrets', async () => {
    const job = await one(null, { name: 'send:token=abcdef123456', error: `password=hunter2 ${'x'.repeat(1_000)}` })
    expect(JSON.stringify(job)).not.toMatch(/abcdef123456|hunter2/)
    expect(job.error?.length).toBeLessThanOrEqual(300)
    expect(job).toMatchObject({ payload: null, terms: [], id: '7', runMs: 1 })
  })

  it('has its payload of a sealed block, or none if it can not be opened', async () => {
    const blocks = [
      ...sealed([{ text: '{"a":"ada","token":"hunter2x"}', isCut: false }, null, { text: '{"b":1}', isCut: false }]),
      ...sealed([{ text: '{"c":1}', isCut: false }], 'shop', 'a-token-nobody-knows'),
      { ...sealed([{ text: '{"c":1}', isCut: false }])[0], context: 'other' },
      { kind: 'sealed', bytes: sealNow('no block', TOKEN, 'x'), context: 'x', index: 0 },
      { kind: 'sealed', bytes: new Uint8Array(3), context: 'shop', index: 0 },
    ] as RawPayload[]
    const { ready, records, sealed: found, counts } = await prepared(blocks.map((payload) => raw(payload)))
    const texts = ['{"a":"ada","token":"***"}', null, '{"b":1}', null, null, null, null]
    expect(ready.map(({ payload }) => payload?.text ?? null)).toEqual(texts)
    expect(ready.map(({ terms }) => terms)).toEqual([['ada', 'a=ada'], [], ['1', 'b=1'], [], [], [], []])
    expect(counts).toEqual({ jobs: 7, encrypted: 0, unread: 5, partlyIndexed: 0 })
    expect(found).toEqual({ hasToken: true, opened: ['shop'], unopened: ['shop'] })
    expect(records).toMatchObject([{ kind: 'event', service: 'shop', name: 'unopened' }])
  })

  it('names no secret once its NUL characters are gone', async () => {
    const job = await one(text('pass\0word=hunter2x to=ada'), {
      error: 'pass\0word=hunter2x',
      name: 'to\0ken=hunter2x',
    })
    expect(JSON.stringify(job)).not.toContain('hunter2x')
    expect(job.terms).toContain('ada')
  })

  it('that its worker cut has terms, and no half of a secret', async () => {
    const text = `{"id":"ord_7","note":"${'two words '.repeat(5)}","url":"redis://u:hunter2@host"}`
    for (let length = 20; length < text.length; length++) {
      const job = await one(sealed([{ text: text.slice(0, length), isCut: true }])[0] as RawPayload)
      expect(JSON.stringify(job)).not.toContain('hu')
      expect(job.payload?.isCut).toBe(true)
      if (length > 40) expect(job.terms).toContain('id=ord_7')
    }
  })

  it('has a payload of any length, cut on the boundary of a character, and terms of what is cut', async () => {
    const long = await one(text([`a${'👍'.repeat(MAX_ARCHIVED_PAYLOAD_CHARS)}`, 'behind']))
    expect(long.payload?.text.length).toBe(MAX_ARCHIVED_PAYLOAD_CHARS - 1)
    expect(long.payload?.text.isWellFormed()).toBe(true)
    expect(long.payload?.isCut).toBe(true)
    expect(long.terms).toContain('behind')
    const whole = await one(text('x'.repeat(MAX_ARCHIVED_PAYLOAD_CHARS)))
    expect(whole.payload).toEqual({ text: 'x'.repeat(MAX_ARCHIVED_PAYLOAD_CHARS), isCut: false })
  })

  it('has a secret at no cut', async () => {
    for (let before = MAX_ARCHIVED_PAYLOAD_CHARS - 40; before < MAX_ARCHIVED_PAYLOAD_CHARS; before++) {
      const job = await one(text({ a: 'x'.repeat(before), password: 'hunter2' }))
      expect(job.payload?.text).not.toContain('hu')
    }
  })

  it('of 3 MB is read at its beginning', async () => {
    const { ready, counts } = await prepared([
      raw(text({ id: 'ord_7', rows: Array(300_000).fill('1234567'), last: 'x' })),
    ])
    expect(ready[0]?.payload?.isCut).toBe(true)
    expect(ready[0]?.terms).toContain('id=ord_7')
    expect(counts.partlyIndexed).toBe(1)
  })

  it('has nothing that databases do not store', async () => {
    const job = await one(text('a\0b\ud800c'), { name: 'x\0y', error: '\0\udc00' })
    expect(job.payload?.text).toBe('ab\ufffdc')
    expect(job.name).toBe('xy')
    expect(job.error).toBe('\ufffd')
    const json = await one(text({ a: 'x\0y' }))
    expect(json.payload?.text).toBe('{"a":"x\\u0000y"}')
    expect(json.terms).toEqual(['x', 'a=x', 'y', 'a=y'])
  })

  it('that Laravel encrypted is counted', async () => {
    const command = Buffer.from(
      JSON.stringify({ iv: 'x'.repeat(24), value: 'y'.repeat(100), mac: 'z'.repeat(64) }),
    ).toString('base64')
    const { ready, counts } = await prepared([raw(text({ displayName: 'Mail', data: { command } }))])
    expect(counts.encrypted).toBe(1)
    expect(ready[0]?.terms).toEqual(['mail', 'displayname=mail'])
  })

  it('spoils no other, whatever it is', async () => {
    const bad = [null, 5, {}, 'x', [], { kind: 'text' }, { kind: 'text', text: 5 }, { kind: 'sealed' }] as RawPayload[]
    const broken = { name: null, error: 5 } as unknown as Partial<RawJob>
    const { ready, counts } = await prepared([
      ...bad.map((payload) => raw(payload)),
      raw(null, broken),
      raw(text('ada')),
    ])
    expect(ready.length).toBe(bad.length + 2)
    expect(ready.slice(0, -1).every(({ payload, terms }) => payload === null && terms.length === 0)).toBe(true)
    expect(ready.at(-2)).toMatchObject({ name: '***', error: null })
    expect(ready.at(-1)?.terms).toEqual(['ada'])
    expect(counts).toEqual({ jobs: bad.length + 2, encrypted: 0, unread: bad.length - 1, partlyIndexed: 0 })
  })
})
