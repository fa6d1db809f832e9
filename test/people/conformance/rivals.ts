import { describe, expect, test } from 'vitest'
import { nextTurn } from '../../../src/lib/async.js'
import type { PeopleStore } from '../../../src/ports/people.js'
import type { UnderTest } from '../conformance.js'
import { Copy, put, userOf } from './samples.js'

export function rivalTests(made: UnderTest): void {
  describe('rivals', () => {
    test('of one version: one wins', async () => {
      const { again } = made()
      const rivals = Array.from({ length: 10 }, () => again())
      await Promise.all(rivals.map((rival) => rival.open()))
      for (let version = 0; version < 5; version++) {
        const results = await Promise.all(rivals.map((rival, i) => rival.write(version, [userOf('winner', { i })])))
        expect(results.filter((isWritten) => isWritten)).toHaveLength(1)
        const { records } = await (rivals[0] as PeopleStore).changes(version)
        expect(records).toEqual([userOf('winner', { i: results.indexOf(true) })])
      }
      await Promise.all(rivals.map((rival) => rival.close()))
    })

    test('that try until they win: each wins once', async () => {
      const { again } = made()
      const rivals = Array.from({ length: 10 }, () => again())
      const versions = await Promise.all(rivals.map((rival, i) => put(rival, [userOf(`rival-${i}`)])))
      expect(versions.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
      expect((await (rivals[0] as PeopleStore).changes(0)).records).toHaveLength(10)
      await Promise.all(rivals.map((rival) => rival.close()))
    })

    test('hide no record from who reads the changes while they write', async () => {
      const { store, again } = made()
      const reader = again()
      const copy = new Copy()
      let isWriting = true
      const reading = (async () => {
        while (isWriting) {
          await copy.refresh(reader)
          await nextTurn()
        }
      })()
      const writer = async (name: string) => {
        const own = again()
        for (let i = 0; i < 40; i++)
          await put(own, [userOf(`${name}-${i}`), userOf(`${name}-${i - 7}`, i % 2 ? null : { again: i })])
        await own.close()
      }
      await Promise.all([writer('a'), writer('b'), writer('c')])
      isWriting = false
      await reading
      await copy.refresh(reader)
      const whole = new Copy()
      await whole.refresh(store)
      expect(whole.version).toBe(120)
      expect(copy.version).toBe(120)
      expect([...copy.bodies].sort()).toEqual([...whole.bodies].sort())
      await reader.close()
    })
  })
}
