import { describe, expect, test } from 'vitest'
import type { PeopleStamp } from '../../../src/ports/people.js'
import type { UnderTest } from '../conformance.js'
import { NOON } from './samples.js'

const stampOf = (id: string, at: number): PeopleStamp => ({ kind: 'token', id, at })
const sorted = (stamps: readonly PeopleStamp[]) => stamps.map(({ kind, id, at }) => `${kind} ${id} ${at}`).sort()

export function stampTests(made: UnderTest): void {
  describe('stamps', () => {
    test('are kept by kind and id, and change no version', async () => {
      const { store } = made()
      await store.stamp([stampOf('a', 1), stampOf('b', 2), { kind: 'user', id: 'a', at: 3 }])
      expect(sorted(await store.stamps('token'))).toEqual(['token a 1', 'token b 2'])
      expect(await store.stamps('user')).toEqual([{ kind: 'user', id: 'a', at: 3 }])
      expect(await store.stamps('group')).toEqual([])
      expect((await store.look(null)).version).toBe(0)
    })

    test('never go back, also within one call', async () => {
      const { store } = made()
      await store.stamp([])
      await store.stamp([stampOf('a', NOON)])
      await store.stamp([stampOf('a', NOON - 1), stampOf('b', 5), stampOf('b', 7), stampOf('b', 6)])
      expect(sorted(await store.stamps('token'))).toEqual([`token a ${NOON}`, 'token b 7'])
      await store.stamp([stampOf('a', NOON + 1)])
      expect(sorted(await store.stamps('token'))).toEqual([`token a ${NOON + 1}`, 'token b 7'])
    })

    test('of many that several write in any order: the latest stays', async () => {
      const { again } = made()
      const ids = Array.from({ length: 50 }, (_, i) => `t${i}`)
      const writers = [1, 2, 3, 4].map(() => again())
      await Promise.all(writers.map((writer) => writer.open()))
      for (let round = 0; round < 5; round++)
        await Promise.all(
          writers.map((writer, w) => {
            const order = w % 2 ? ids : [...ids].reverse()
            return writer.stamp(order.map((id) => stampOf(id, round * 10 + w)))
          }),
        )
      for (const writer of writers) {
        expect(sorted(await writer.stamps('token'))).toEqual(sorted(ids.map((id) => stampOf(id, 43))))
        await writer.close()
      }
    })

    test('with an id or a time that is none are refused, with all others', async () => {
      const { store } = made()
      await expect(store.stamp([stampOf('a', 1), stampOf('b', Number.NaN)])).rejects.toThrow('Unix ms')
      await expect(store.stamp([stampOf('a', 1), stampOf('', 1)])).rejects.toThrow('1 to 512 characters')
      expect(await store.stamps('token')).toEqual([])
    })
  })
}
