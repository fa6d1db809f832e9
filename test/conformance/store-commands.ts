import { expect, test } from 'vitest'
import type { NewAuditEntry, Store } from '../../src/ports.js'
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
    (await store().audit({ before, limit })).map(({ target }) => target)

  test('lines of the audit trail are read as they were written, the newest first', async () => {
    expect(await store().audit({ before: null, limit: 10 })).toEqual([])
    const intent = line('120 jobs', { user: null, queue: null, queueName: null })
    const result = line('120 jobs', { step: 'result', ok: false, detail: '118 done, 2 skipped' })
    const ids = [await store().appendAudit(intent), await store().appendAudit(result)]
    expect(await store().audit({ before: null, limit: 10 })).toEqual([
      { ...result, id: ids[1] },
      { ...intent, id: ids[0] },
    ])
  })

  test('the audit trail is read page by page', async () => {
    for (let number = 1; number <= 7; number++) await store().appendAudit(line(`job ${number}`))
    const [, , third] = await store().audit({ before: null, limit: 3 })
    expect(await targets(null, 3)).toEqual(['job 7', 'job 6', 'job 5'])
    expect(await targets(third?.id ?? '', 3)).toEqual(['job 4', 'job 3', 'job 2'])
    const last = (await store().audit({ before: null, limit: 1_000_000 })).at(-1)
    expect(last?.target).toBe('job 1')
    expect(await targets(last?.id ?? '', 3)).toEqual([])
    for (const limit of [0, -1, 0.5]) expect(await targets(null, limit)).toEqual([])
    for (const before of ['x', '1-', '-1x']) expect(await targets(before, 1)).toEqual(['job 7'])
  })

  test('a line is cut to its bounds, and what is none is refused', async () => {
    await store().appendAudit(line('t'.repeat(5_000), { queueName: 'q'.repeat(5_000) }))
    const [cut] = await store().audit({ before: null, limit: 1 })
    expect(cut?.target).toHaveLength(MAX_MESSAGE_CHARS)
    expect(cut?.queueName).toHaveLength(MAX_NAME_CHARS)
    for (const wrong of [{ operation: '' }, { action: '' }, { at: Number.NaN }, { step: 'other' as 'intent' }]) {
      await expect(store().appendAudit(line('x', wrong))).rejects.toThrow('audit trail')
    }
    expect(await targets(null, 10)).toHaveLength(1)
  })

  test('documents are kept by kind and id until they are forgotten', async () => {
    expect(await store().kept('paused')).toEqual(new Map())
    const ids = ['a', 'a:b', '{x}', 'mañana 朝', '__proto__', 'constructor', '12', '1']
    for (const id of ids) await store().keep('paused', id, `first ${id}`)
    for (const id of ids) await store().keep('paused', id, `of ${id}`)
    await store().keep('bulk:*', 'a', 'other')
    expect(await store().kept('paused')).toEqual(new Map(ids.map((id) => [id, `of ${id}`])))
    expect(await store().kept('bulk:*')).toEqual(new Map([['a', 'other']]))
    expect(await store().forget('paused', 'a')).toBe(true)
    expect(await store().forget('paused', 'a')).toBe(false)
    expect(await store().forget('none', 'a')).toBe(false)
    expect((await store().kept('paused')).has('a')).toBe(false)
    expect(await store().kept('bulk:*')).toEqual(new Map([['a', 'other']]))
  })

  test('documents are bounded in size and in number', async () => {
    await expect(store().keep('big', 'a', 'x'.repeat(MAX_RECORD_CHARS + 1))).rejects.toThrow('too long')
    expect(await store().kept('big')).toEqual(new Map())
    const numbers = Array.from({ length: MAX_KEPT_DOCUMENTS }, (_, number) => number)
    await Promise.all(numbers.map((number) => store().keep('many', `${number}`, 'x')))
    await expect(store().keep('many', 'one more', 'x')).rejects.toThrow(`${MAX_KEPT_DOCUMENTS} documents`)
    await store().keep('many', '7', 'changed')
    const kept = await store().kept('many')
    expect([kept.size, kept.get('7'), kept.has('one more')]).toEqual([MAX_KEPT_DOCUMENTS, 'changed', false])
  })
}
