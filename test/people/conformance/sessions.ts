import { describe, expect, test } from 'vitest'
import type { SessionFilter } from '../../../src/ports/people.js'
import type { UnderTest } from '../conformance.js'
import { hashesOf, NOON, put, sessionOf, userOf } from './samples.js'

export function sessionTests(made: UnderTest): void {
  describe('sessions', () => {
    test('are found by their hash, with the version', async () => {
      const { store } = made()
      await put(store, [userOf('ada')])
      await store.putSession(sessionOf())
      expect(await store.look('h1')).toEqual({ version: 1, session: sessionOf() })
      expect(await store.look('h2')).toEqual({ version: 1, session: null })
      expect(await store.look('H1')).toEqual({ version: 1, session: null })
      expect(await store.look(null)).toEqual({ version: 1, session: null })
    })

    test('change no version', async () => {
      const { store } = made()
      await store.putSession(sessionOf())
      await store.touchSession('h1', NOON + 1)
      await store.endSessions({ hash: 'h1' })
      expect((await store.look(null)).version).toBe(0)
    })

    test('are returned after they expired, until they are ended', async () => {
      const { store } = made()
      const expired = sessionOf({ createdAt: 1, expiresAt: 2, seenAt: 1 })
      await store.putSession(expired)
      expect((await store.look('h1')).session).toEqual(expired)
      expect(await store.sessions('ada')).toEqual([expired])
    })

    test('replace those with the same hash', async () => {
      const { store } = made()
      await store.putSession(sessionOf())
      const other = sessionOf({ user: 'bob', createdAt: 1, expiresAt: 2, seenAt: 3, details: '{}' })
      await store.putSession(other)
      expect((await store.look('h1')).session).toEqual(other)
      expect(await store.sessions(null)).toEqual([other])
    })

    test('are noted as used; an older time and one that has ended change nothing', async () => {
      const { store } = made()
      await store.putSession(sessionOf())
      await store.touchSession('h1', NOON + 60_000)
      await store.touchSession('h1', NOON + 30_000)
      await store.touchSession('h2', NOON)
      expect(await store.sessions(null)).toEqual([sessionOf({ seenAt: NOON + 60_000 })])
    })

    test('are listed newest first, of a user or of all, at most 1,000', async () => {
      const { store } = made()
      for (let i = 0; i < 1003; i += 50)
        await Promise.all(
          Array.from({ length: Math.min(50, 1003 - i) }, (_, at) =>
            store.putSession(
              sessionOf({ hash: `h${i + at}`, user: (i + at) % 2 ? 'ada' : 'bob', createdAt: NOON + i + at }),
            ),
          ),
        )
      const all = await hashesOf(store)
      expect(all).toEqual(Array.from({ length: 1000 }, (_, i) => `h${1002 - i}`))
      expect((await hashesOf(store, 'ada')).slice(0, 2)).toEqual(['h1001', 'h999'])
      expect(await hashesOf(store, 'ada')).toHaveLength(501)
      expect(await hashesOf(store, 'eve')).toEqual([])
    })

    test.each<[string, SessionFilter, string[]]>([
      ['of a user', { user: 'ada' }, ['b1']],
      ['of a hash', { hash: 'a2' }, ['b1', 'a3', 'a1']],
      ['of a user but one', { user: 'ada', except: 'a2' }, ['b1', 'a2']],
      ['all but one', { except: 'a2' }, ['a2']],
      ['that expired', { expiredAt: 300 }, ['b1']],
      ['that expired, to the millisecond', { expiredAt: 299 }, ['b1', 'a3']],
      ['of a user that expired', { user: 'ada', expiredAt: 100 }, ['b1', 'a3', 'a2']],
      ['of another user: none', { user: 'bob', hash: 'a1' }, ['b1', 'a3', 'a2', 'a1']],
    ])('are ended by a filter: %s', async (_, filter, left) => {
      const { store } = made()
      for (const [i, hash] of ['a1', 'a2', 'a3', 'b1'].entries())
        await store.putSession(
          sessionOf({ hash, user: hash[0] === 'a' ? 'ada' : 'bob', createdAt: i, expiresAt: (i + 1) * 100 }),
        )
      expect(await store.endSessions(filter)).toBe(4 - left.length)
      expect(await hashesOf(store)).toEqual(left)
      expect(await store.endSessions(filter)).toBe(0)
    })

    test('are not ended by a filter that names nothing, or nothing but a name', async () => {
      const { store } = made()
      await store.putSession(sessionOf())
      const filters = [{}, { user: undefined }, { user: null }, { user: undefined, except: 'x' }, { expiredAt: null }]
      for (const filter of [...filters, { all: true }, { usr: 'ada' }])
        await expect(store.endSessions(filter as never)).rejects.toThrow('at least one of user, hash')
      expect(await hashesOf(store)).toEqual(['h1'])
    })

    test('are refused with an id or a time that is none', async () => {
      const { store } = made()
      for (const changes of [{ hash: '' }, { user: '' }, { hash: 'x'.repeat(513) }])
        await expect(store.putSession(sessionOf(changes))).rejects.toThrow('1 to 512 characters')
      for (const changes of [{ expiresAt: Number.NaN }, { createdAt: Number.POSITIVE_INFINITY }])
        await expect(store.putSession(sessionOf(changes))).rejects.toThrow('Unix ms')
      await expect(store.touchSession('h1', Number.NaN)).rejects.toThrow('Unix ms')
      expect(await hashesOf(store)).toEqual([])
    })
  })
}
