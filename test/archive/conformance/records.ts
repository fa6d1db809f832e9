import { describe, expect, test } from 'vitest'
import type { ArchiveDriver, ArchivedRecord, ArchivedRecordKind } from '../../../src/ports/archive.js'
import type { UnderTest } from '../conformance.js'
import { ALL_TIME, BAD_MARK, byBytes, NOON, put, recordOf } from './samples.js'

const slow = { kind: 'slow', ...ALL_TIME, limit: 1000 } as const

export function recordTests(made: UnderTest): void {
  describe('records', () => {
    test('are read as they were written, newest first', async () => {
      const { driver } = made()
      const records = (['slow', 'exception', 'audit', 'event', 'alert'] as const).flatMap((kind) => [
        recordOf({ kind, id: 'b', at: NOON + 1.5, service: null, name: null, body: '{}' }),
        recordOf({ kind, id: 'a', at: NOON, body: JSON.stringify({ text: '🦊"\\\n\'' }) }),
      ])
      await put(driver, { records: [...records].reverse() })
      for (const kind of ['slow', 'exception', 'audit', 'event', 'alert'] as const) {
        const { items, next } = await driver.records({ kind, ...ALL_TIME, limit: 1000 })
        expect(items).toEqual(records.filter((record) => record.kind === kind))
        expect(next).toBeNull()
      }
    })

    test('of one kind and id are written once: the first stays', async () => {
      const { driver } = made()
      await put(driver, { records: [recordOf(), recordOf({ body: '{"second":1}' })] })
      await put(driver, { records: [recordOf({ body: '{"third":1}', at: NOON + 99, name: 'other' })] })
      await put(driver, { records: [recordOf({ kind: 'event', body: '{"other":1}' })] })
      expect((await driver.records(slow)).items).toEqual([recordOf()])
      expect((await driver.records({ ...slow, kind: 'event' })).items).toHaveLength(1)
    })

    test('lie in [from, to)', async () => {
      const { driver } = made()
      await put(driver, { records: [-1, 0, 1, 2].map((i) => recordOf({ id: `${i}`, at: NOON + i })) })
      const { items } = await driver.records({ ...slow, from: NOON, to: NOON + 2 })
      expect(items.map(({ id }) => id)).toEqual(['1', '0'])
    })

    test('are filtered by services and by name', async () => {
      const { driver } = made()
      const records = [
        recordOf({ id: 'a', service: 'shop', name: 'GET /' }),
        recordOf({ id: 'b', service: 'Shop', name: 'GET /%' }),
        recordOf({ id: 'c', service: "o'neil", name: 'GET /*' }),
        recordOf({ id: 'd', service: null, name: null }),
      ]
      await put(driver, { records })
      const ids = async (query: Partial<Parameters<ArchiveDriver['records']>[0]>) =>
        (await driver.records({ ...slow, ...query })).items.map(({ id }) => id)
      expect(await ids({ services: ['shop'] })).toEqual(['a'])
      expect(await ids({ services: ['Shop', "o'neil", 'none'] })).toEqual(['c', 'b'])
      expect(await ids({ services: [] })).toEqual([])
      expect(await ids({ name: 'GET /*' })).toEqual(['c'])
      expect(await ids({ name: 'GET /%' })).toEqual(['b'])
      expect(await ids({ name: 'GET /', services: ['shop', 'Shop'] })).toEqual(['a'])
      expect(await ids({})).toEqual(['d', 'c', 'b', 'a'])
    })

    test('of one time are paged by id, descending, without a double or a hole', async () => {
      const { driver } = made()
      const letters = ['a', 'B', 'b', '~', 'ä', '注', '\uFF5E', '🦊', "'", '_']
      const records = Array.from({ length: 2500 }, (_, i) =>
        recordOf({ id: `${letters[i % letters.length]}${i}`, at: NOON + (i % 2), service: `s${i % 3}` }),
      )
      await put(driver, { records })
      const sorted = [...records].sort((a, b) => b.at - a.at || byBytes(b.id, a.id))
      for (const limit of [1000, 499, 500])
        expect((await paged(driver, 'slow', limit)).map(({ id }) => id)).toEqual(sorted.map(({ id }) => id))
    })

    test('that come while one pages shift no page', async () => {
      const { driver } = made()
      await put(driver, { records: [1, 2, 3, 4].map((i) => recordOf({ id: `${i}`, at: NOON + i })) })
      const first = await driver.records({ ...slow, limit: 2 })
      await put(driver, { records: [recordOf({ id: 'new', at: NOON + 9 })] })
      const second = await driver.records({ ...slow, limit: 2, after: first.next })
      expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(['4', '3', '2', '1'])
      expect(second.next).toBeNull()
    })

    test('are paged from the oldest on, too', async () => {
      const { driver } = made()
      await put(driver, { records: ['b', 'a', 'c', 'd', 'e'].map((id, i) => recordOf({ id, at: NOON + (i >> 1) })) })
      const seen: string[] = []
      for (let after: string | null | undefined; after !== null; ) {
        const page: Awaited<ReturnType<ArchiveDriver['records']>> = await driver.records({
          ...{ ...slow, order: 'oldest', limit: 2, after: after ?? null },
        })
        seen.push(...page.items.map(({ id }) => id))
        after = page.next
      }
      expect(seen).toEqual(['a', 'b', 'c', 'd', 'e'])
    })

    test.each([0, 1001, 1.5, -1, Number.NaN])('with a limit of %s are refused', async (limit) => {
      await expect(made().driver.records({ ...slow, limit })).rejects.toThrow(/limit/)
    })

    test.each(['x', '', '[]', 'null', '%00'])('after %j, which is no mark, are refused', async (after) => {
      await expect(made().driver.records({ ...slow, after })).rejects.toMatchObject(BAD_MARK)
    })
  })
}

async function paged(driver: ArchiveDriver, kind: ArchivedRecordKind, limit: number): Promise<ArchivedRecord[]> {
  const found: ArchivedRecord[] = []
  let after: string | null = null
  do {
    const page = await driver.records({ kind, ...ALL_TIME, limit, after })
    if (page.next !== null) expect(page.items).toHaveLength(limit)
    found.push(...page.items)
    after = page.next
  } while (after !== null)
  return found
}
