import { describe, expect, test } from 'vitest'
import { PEOPLE_KINDS } from '../../../src/ports/people.js'
import type { UnderTest } from '../conformance.js'
import { linesOf, NOON, put, userOf } from './samples.js'

export function recordTests(made: UnderTest): void {
  describe('records', () => {
    test('of all kinds are written at once, and raise the version by one', async () => {
      const { store } = made()
      const records = PEOPLE_KINDS.map((kind) => ({ kind, id: 'same', body: `{"kind":"${kind}"}` }))
      expect(await store.write(0, records)).toBe(true)
      const { version, records: found } = await store.changes(0)
      expect(version).toBe(1)
      expect(linesOf(found)).toEqual(linesOf(records))
      expect(await store.write(1, [])).toBe(true)
      expect(await store.look(null)).toEqual({ version: 2, session: null })
    })

    test('are not written on top of another version', async () => {
      const { store } = made()
      await put(store, [userOf('ada')])
      for (const expected of [0, 2, -1, 0.5])
        expect(await store.write(expected, [userOf('eve'), userOf('ada', null)])).toBe(false)
      expect(await store.changes(0)).toEqual({ version: 1, records: [userOf('ada')] })
    })

    test('are written all or none', async () => {
      const { store } = made()
      await put(store, [userOf('ada')])
      await expect(store.write(1, [userOf('bob'), userOf('')])).rejects.toThrow('1 to 512 characters; got 0')
      await expect(store.write(1, [userOf('bob'), userOf('x'.repeat(513))])).rejects.toThrow('got 513')
      // A kind or a body that is none fails in the middle.
      await expect(store.write(1, [userOf('bob'), { ...userOf('eve'), kind: null as never }])).rejects.toThrow()
      expect(await store.changes(0)).toEqual({ version: 1, records: [userOf('ada')] })
      expect(await store.write(1, [userOf('bob')])).toBe(true)
    })

    test('that are given twice are written as they were given last', async () => {
      const { store } = made()
      await put(store, [userOf('ada', { n: 1 }), userOf('bob', null), userOf('ada', { n: 2 }), userOf('bob')])
      expect(linesOf((await store.changes(0)).records)).toEqual(linesOf([userOf('ada', { n: 2 }), userOf('bob')]))
    })

    test('are changes after the versions before them, each once and as it is now', async () => {
      const { store } = made()
      await put(store, [userOf('ada', { n: 1 }), userOf('bob')])
      await put(store, [userOf('ada', { n: 2 })])
      await put(store, [userOf('eve'), userOf('ada', { n: 3 })])
      const changesAfter = async (since: number) => {
        const { version, records } = await store.changes(since)
        return [version, linesOf(records)]
      }
      const [ada, bob, eve] = [userOf('ada', { n: 3 }), userOf('bob'), userOf('eve')]
      expect(await changesAfter(0)).toEqual([3, linesOf([ada, bob, eve])])
      expect(await changesAfter(1)).toEqual([3, linesOf([ada, eve])])
      expect(await changesAfter(2)).toEqual([3, linesOf([ada, eve])])
      expect(await changesAfter(3)).toEqual([3, []])
      // As after a backup was restored.
      expect(await changesAfter(9)).toEqual([3, []])
    })

    test('that are deleted are changes, too, and left out of everything', async () => {
      const { store } = made()
      await put(store, [userOf('ada'), userOf('bob')])
      await put(store, [userOf('ada', null), userOf('never-there', null)])
      expect(linesOf((await store.changes(1)).records)).toEqual(['user ada null', 'user never-there null'])
      expect(await store.changes(0)).toEqual({ version: 2, records: [userOf('bob')] })
      await put(store, [userOf('ada', { back: true })])
      expect(await store.changes(2)).toEqual({ version: 3, records: [userOf('ada', { back: true })] })
    })

    test('that are deleted lose their stamps', async () => {
      const { store } = made()
      await put(store, [userOf('ada'), userOf('bob')])
      await store.stamp(['ada', 'bob'].map((id) => ({ kind: 'user', id, at: NOON })))
      await store.stamp([{ kind: 'token', id: 'ada', at: NOON }])
      await put(store, [userOf('ada', null), userOf('bob', { n: 2 })])
      expect(await store.stamps('user')).toEqual([{ kind: 'user', id: 'bob', at: NOON }])
      expect(await store.stamps('token')).toHaveLength(1)
    })

    test('of 10,000 users are written and read at once', async () => {
      const { store, again } = made()
      const body = { mail: 'someone@example.com', name: 'x'.repeat(300) }
      const users = Array.from({ length: 10_000 }, (_, i) => userOf(`user-${i}`, { ...body, i }))
      expect(await store.write(0, users)).toBe(true)
      const { version, records } = await store.changes(0)
      expect(version).toBe(1)
      expect(linesOf(records)).toEqual(linesOf(users))
      expect(
        await store.write(
          1,
          users.slice(0, 5_000).map((user) => ({ ...user, body: null })),
        ),
      ).toBe(true)
      const other = again()
      expect((await other.changes(0)).records).toHaveLength(5_000)
      expect((await other.changes(1)).records).toHaveLength(5_000)
      await other.close()
    })
  })
}
