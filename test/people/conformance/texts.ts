import { describe, expect, test } from 'vitest'
import type { UnderTest } from '../conformance.js'
import { linesOf, NOON, put, sessionOf } from './samples.js'

/** Each is another text than all others. */
const TEXTS = [
  'ada',
  'Ada',
  'ada ',
  'ädä',
  'a\u0308da\u0308',
  '日本',
  '👩‍👩‍👧',
  'with\0NUL',
  'with\uFFFDNUL',
  'withNUL',
  '\0',
  'half\uD83D',
  'half\uDE00',
  'half\uFFFD',
  '\uDE00\uD83D',
  'esc\u001b0000',
  'esc\0',
  'esc\u001b001b0000',
  '\u001b',
  `o'neil"%_\\`,
  '{null}',
  'NULL',
  '\n\t\r',
  'x'.repeat(512),
  '\0'.repeat(512),
  '日'.repeat(512),
]

export function textTests(made: UnderTest): void {
  describe('texts', () => {
    test('of records come back as they were, and ids differ in any character', async () => {
      const { store } = made()
      const records = TEXTS.map((text) => ({ kind: 'identity' as const, id: text, body: JSON.stringify({ text }) }))
      await put(store, records)
      await put(store, [
        { kind: 'user', id: 'bodies', body: TEXTS.join('') },
        { kind: 'user', id: 'empty', body: '' },
      ])
      const { records: found } = await store.changes(0)
      expect(linesOf(found.filter(({ kind }) => kind === 'identity'))).toEqual(linesOf(records))
      expect(found.find(({ id }) => id === 'bodies')?.body).toBe(TEXTS.join(''))
      expect(found.find(({ id }) => id === 'empty')?.body).toBe('')
      await put(store, [{ kind: 'identity', id: 'with\0NUL', body: null }])
      expect((await store.changes(2)).records).toEqual([{ kind: 'identity', id: 'with\0NUL', body: null }])
      expect((await store.changes(0)).records).toHaveLength(TEXTS.length + 1)
    })

    test('of sessions and stamps do, too', async () => {
      const { store } = made()
      for (const text of TEXTS) {
        const session = sessionOf({ hash: text, user: text, details: text })
        await store.putSession(session)
        expect((await store.look(text)).session).toEqual(session)
      }
      await store.stamp(TEXTS.map((id, i) => ({ kind: 'token', id, at: NOON + i })))
      const stamps = (await store.stamps('token')).toSorted((a, b) => a.at - b.at)
      expect(stamps.map(({ id }) => id)).toEqual(TEXTS)
      for (const text of TEXTS) {
        expect(await store.sessions(text)).toHaveLength(1)
        expect(await store.endSessions({ user: text, hash: text })).toBe(1)
      }
      expect(await store.sessions(null)).toEqual([])
    })

    test('of a body of some megabytes come back whole', async () => {
      const { store } = made()
      const body = JSON.stringify({ text: '日本 x'.repeat(600_000) })
      await put(store, [{ kind: 'group', id: 'large', body }])
      expect((await store.changes(0)).records[0]?.body === body).toBe(true)
    })
  })
}
