import { describe, expect, test } from 'vitest'
import type { UnderTest } from '../conformance.js'
import { NOON, put, sessionOf, userOf } from './samples.js'

export function openTests(made: UnderTest): void {
  describe('opening and closing', () => {
    test('an empty store has nothing of anything, and opens with the first call', async () => {
      const { store } = made()
      expect(await store.look(null)).toEqual({ version: 0, session: null })
      expect(await store.look('h1')).toEqual({ version: 0, session: null })
      expect(await store.changes(0)).toEqual({ version: 0, records: [] })
      expect(await store.sessions(null)).toEqual([])
      expect(await store.sessions('ada')).toEqual([])
      expect(await store.stamps('user')).toEqual([])
      expect(await store.endSessions({ user: 'ada' })).toBe(0)
    })

    test('opening twice, also at once, does no harm', async () => {
      const { store } = made()
      await Promise.all([store.open(), store.open()])
      expect(await put(store, [userOf('ada')])).toBe(1)
      await store.open()
      expect((await store.changes(0)).version).toBe(1)
    })

    test('several create one place at once', async () => {
      const stores = Array.from({ length: 6 }, () => made().again())
      await Promise.all(stores.map((store) => store.open()))
      await Promise.all(stores.map((store, i) => put(store, [userOf(`user-${i}`)])))
      for (const store of stores) {
        expect((await store.changes(0)).records).toHaveLength(6)
        await store.close()
      }
    })

    test('closing twice, also at once, does no harm, and a closed store refuses everything', async () => {
      const { store } = made()
      await store.open()
      await Promise.all([store.close(), store.close()])
      await store.close()
      const calls = [
        store.open(),
        store.changes(0),
        store.write(0, []),
        store.look(null),
        store.putSession(sessionOf()),
        store.touchSession('h1', NOON),
        store.sessions(null),
        store.endSessions({ user: 'ada' }),
        store.stamp([{ kind: 'user', id: 'ada', at: NOON }]),
        store.stamps('user'),
      ]
      for (const result of await Promise.allSettled(calls.slice(1)))
        expect(result).toMatchObject({ status: 'rejected', reason: { message: expect.stringMatching(/is closed/) } })
      await calls[0]?.catch(() => {})
    })

    test('a store that was never opened closes, and stays closed', async () => {
      const { store } = made()
      await store.close()
      await expect(store.look(null)).rejects.toThrow(/database of users.* is closed/)
    })

    test('what was written is there after it was closed', async () => {
      const { store, again } = made()
      await put(store, [userOf('ada')])
      await store.putSession(sessionOf())
      await store.stamp([{ kind: 'user', id: 'ada', at: NOON }])
      await store.close()
      const second = again()
      expect(second.place).toBe(store.place)
      expect(await second.look('h1')).toEqual({ version: 1, session: sessionOf() })
      expect(await second.changes(0)).toEqual({ version: 1, records: [userOf('ada')] })
      expect(await second.stamps('user')).toEqual([{ kind: 'user', id: 'ada', at: NOON }])
      await second.close()
    })

    test('what a later version of Quasar made is refused', async () => {
      const { store, again, age } = made()
      await store.open()
      await store.close()
      await age()
      const second = again()
      await expect(second.open()).rejects.toThrow(/database of users.*99/)
      await expect(second.look(null)).rejects.toThrow(/database of users.*99/)
      await second.close()
    })
  })
}
