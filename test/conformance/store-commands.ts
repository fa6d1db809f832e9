import { expect, onTestFinished, test, vi } from 'vitest'
import type { NewAuditEntry, Store } from '../../src/ports/index.js'
import { MAX_KEPT_DOCUMENTS, MAX_MESSAGE_CHARS, MAX_NAME_CHARS, MAX_RECORD_CHARS } from '../../src/protocol/index.js'

const line = (target: string, changes: Partial<NewAuditEntry> = {}): NewAuditEntry => ({
  operation: 'op-1',
  step: 'intent',
  at: 1_767_225_600_000,
  user: 'ada',
  role: 'admin',
  action: 'retry',
  queue: 'bullmq:1c9f03ab:mail',
  queueName: 'mail',
  target,
  ok: null,
  detail: null,
  ...changes,
})

/** What Zenith keeps in the store: the audit trail and small documents. */
export function commandsConformance(store: () => Store): void {
  const targets = async (before: string | null, limit: number) =>
    (await store().listAudit({ before, limit })).map(({ target }) => target)

  test('lines of the audit trail are read as they were written, the newest first', async () => {
    expect(await store().listAudit({ before: null, limit: 10 })).toEqual([])
    const intent = line('120 jobs', { user: null, queue: null, queueName: null })
    const result = line('120 jobs', { step: 'result', ok: false, detail: '118 done, 2 skipped' })
    const ids = [await store().appendAudit(intent), await store().appendAudit(result)]
    expect(await store().listAudit({ before: null, limit: 10 })).toEqual([
      { ...result, id: ids[1] },
      { ...intent, id: ids[0] },
    ])
  })

  test('the audit trail is read page by page', async () => {
    for (let number = 1; number <= 7; number++) await store().appendAudit(line(`job ${number}`))
    const [, , third] = await store().listAudit({ before: null, limit: 3 })
    expect(await targets(null, 3)).toEqual(['job 7', 'job 6', 'job 5'])
    expect(await targets(third?.id ?? '', 3)).toEqual(['job 4', 'job 3', 'job 2'])
    const last = (await store().listAudit({ before: null, limit: 1_000_000 })).at(-1)
    expect(last?.target).toBe('job 1')
    expect(await targets(last?.id ?? '', 3)).toEqual([])
    for (const limit of [0, -1, 0.5]) expect(await targets(null, limit)).toEqual([])
    for (const before of ['x', '1-', '-1x']) expect(await targets(before, 1)).toEqual(['job 7'])
  })

  test('a trail that nobody touched is whole', async () => {
    expect(await store().verifyAudit?.()).toMatchObject({ ok: true, lines: 0, first: null, last: null })
    await Promise.all(Array.from({ length: 7 }, (_, number) => store().appendAudit(line(`job ${number}`))))
    const whole = { ok: true, lines: 7, first: 1, last: 7, untrusted: 0, leftBehind: 0, breaks: [] }
    expect(await store().verifyAudit?.()).toMatchObject(whole)
    await store().putDocument('scheduler', 'a', '{}')
    expect((await store().inspectDocuments?.('scheduler'))?.untrusted.size ?? 0).toBe(0)
  })

  test('a line is cut to its bounds, and what is none is refused', async () => {
    await store().appendAudit(line('t'.repeat(5_000), { queueName: 'q'.repeat(5_000) }))
    const [cut] = await store().listAudit({ before: null, limit: 1 })
    expect(cut?.target).toHaveLength(MAX_MESSAGE_CHARS)
    expect(cut?.queueName).toHaveLength(MAX_NAME_CHARS)
    for (const wrong of [{ operation: '' }, { action: '' }, { at: Number.NaN }, { step: 'other' as 'intent' }]) {
      await expect(store().appendAudit(line('x', wrong))).rejects.toThrow('audit trail')
    }
    expect(await targets(null, 10)).toHaveLength(1)
  })

  test('documents are kept by kind and id until they are forgotten', async () => {
    expect(await store().listDocuments('paused')).toEqual(new Map())
    const ids = ['a', 'a:b', '{x}', 'mañana 朝', '__proto__', 'constructor', '12', '1']
    for (const id of ids) await store().putDocument('paused', id, `first ${id}`)
    for (const id of ids) await store().putDocument('paused', id, `of ${id}`)
    await store().putDocument('bulk:*', 'a', 'other')
    expect(await store().listDocuments('paused')).toEqual(new Map(ids.map((id) => [id, `of ${id}`])))
    expect(await store().listDocuments('bulk:*')).toEqual(new Map([['a', 'other']]))
    expect(await store().deleteDocument('paused', 'a')).toBe(true)
    expect(await store().deleteDocument('paused', 'a')).toBe(false)
    expect(await store().deleteDocument('none', 'a')).toBe(false)
    expect((await store().listDocuments('paused')).has('a')).toBe(false)
    expect(await store().listDocuments('bulk:*')).toEqual(new Map([['a', 'other']]))
  })

  test('documents are bounded in size and in number', async () => {
    await expect(store().putDocument('big', 'a', 'x'.repeat(MAX_RECORD_CHARS + 1))).rejects.toThrow('too long')
    expect(await store().listDocuments('big')).toEqual(new Map())
    const numbers = Array.from({ length: MAX_KEPT_DOCUMENTS }, (_, number) => number)
    await Promise.all(numbers.map((number) => store().putDocument('many', `${number}`, 'x')))
    await expect(store().putDocument('many', 'one more', 'x')).rejects.toThrow(`${MAX_KEPT_DOCUMENTS} documents`)
    await store().putDocument('many', '7', 'changed')
    const kept = await store().listDocuments('many')
    expect([kept.size, kept.get('7'), kept.has('one more')]).toEqual([MAX_KEPT_DOCUMENTS, 'changed', false])
  })

  test('a lease is held by one at a time, whoever asks at the same moment', async () => {
    for (let round = 0; round < 20; round++) {
      const holders = ['a', 'b', 'c', 'd']
      const answers = await Promise.all(holders.map((holder) => store().acquireLease(`queue ${round}`, holder, 60_000)))
      expect(new Set(answers).size).toBe(1)
      expect(await store().leaseHolder(`queue ${round}`)).toBe(answers[0])
    }
  })

  test('a lease is prolonged and ended by its holder alone', async () => {
    expect(await store().leaseHolder('mail: *')).toBe(null)
    expect(await store().acquireLease('mail: *', 'a', 60_000)).toBe('a')
    expect(await store().acquireLease('mail: *', 'b', 60_000)).toBe('a')
    expect(await store().acquireLease('mail: *', 'a', 60_000)).toBe('a')
    await store().releaseLease('mail: *', 'b')
    expect(await store().leaseHolder('mail: *')).toBe('a')
    await store().releaseLease('mail: *', 'a')
    await store().releaseLease('nobody’s', 'a')
    expect(await store().acquireLease('mail: *', 'b', 60_000)).toBe('b')
  })

  test('a lease runs out by the store’s clock, whatever that of a holder shows', async () => {
    const now = Date.now()
    const clock = vi.spyOn(Date, 'now')
    onTestFinished(() => clock.mockRestore())
    const setTo = (off: number) => clock.mockReturnValue(now + off)
    for (const off of [-3_600_000, -25_000, 25_000, 3_600_000]) {
      setTo(off)
      expect(await store().acquireLease(`long ${off}`, 'a', 60_000)).toBe('a')
      expect(await store().acquireLease(`short ${off}`, 'a', 50)).toBe('a')
      setTo(-off)
      expect(await store().acquireLease(`long ${off}`, 'b', 60_000)).toBe('a')
      await vi.waitFor(async () => expect(await store().leaseHolder(`short ${off}`)).toBe(null))
      expect(await store().acquireLease(`short ${off}`, 'b', 60_000)).toBe('b')
      expect(await store().acquireLease(`short ${off}`, 'a', 60_000)).toBe('b')
    }
  })

  test('a lease that is prolonged lives on', async () => {
    await store().acquireLease('beside', 'a', 100)
    await store().acquireLease('mail', 'a', 100)
    expect(await store().acquireLease('mail', 'a', 60_000)).toBe('a')
    await vi.waitFor(async () => expect(await store().leaseHolder('beside')).toBe(null))
    expect(await store().leaseHolder('mail')).toBe('a')
  })

  test('debts add up, fall with the time, and are taken back', async () => {
    const owed = (...debts: [string, number][]) => store().owe(debts.map(([name, ms]) => ({ name, ms })))
    expect(await owed(['a', 0])).toEqual([0])
    const [first = 0, other = 0] = await owed(['a', 60_000], ['b', 1_000])
    expect([first <= 60_000 && first > 50_000, other <= 1_000]).toEqual([true, true])
    const all = await Promise.all(Array.from({ length: 20 }, () => owed(['a', 60_000])))
    expect(Math.max(...all.flat())).toBeGreaterThan(1_200_000)
    expect(Math.max(...all.flat())).toBeLessThanOrEqual(1_260_000)
    await vi.waitFor(async () => expect(await owed(['b', 0])).toEqual([0]), { timeout: 10_000 })
    const [left = 0] = await owed(['a', -1_140_000])
    expect(left).toBeLessThanOrEqual(120_000)
    expect(left).toBeGreaterThan(50_000)
    expect(await owed(['a', -10_000_000], ['a', 0])).toEqual([0, 0])
    const [again = 0] = await owed(['a', 5_000])
    expect(again).toBeGreaterThan(3_000)
  })

  test('debts are bounded, and those that owe least go first', async () => {
    await store().owe([{ name: 'locked out', ms: 600_000 }])
    for (let block = 0; block < 30; block++) {
      await store().owe(Array.from({ length: 1_000 }, (_, index) => ({ name: `${block} ${index}`, ms: 60_000 })))
    }
    const [locked = 0] = await store().owe([{ name: 'locked out', ms: 0 }])
    expect(locked).toBeGreaterThan(300_000)
    const first = await store().owe(Array.from({ length: 1_000 }, (_, index) => ({ name: `0 ${index}`, ms: 0 })))
    expect(first.filter((ms) => ms > 0)).toEqual([])
  })

  test('the store tells its time, where it has a clock of its own', async () => {
    const time = await store().time()
    if (time !== null) expect(Math.abs(time - Date.now())).toBeLessThan(60_000)
  })
}
