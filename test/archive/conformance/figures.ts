import { describe, expect, test } from 'vitest'
import type { FigureBucket } from '../../../src/ports/archive.js'
import type { UnderTest } from '../conformance.js'
import { ALL_TIME, bucketOf, byBytes, NOON, put } from './samples.js'

const MINUTE = 60_000

/** Drivers may return bodies of a subclass. */
const plain = (buckets: readonly FigureBucket[]) =>
  buckets.map((bucket) => ({ ...bucket, body: Buffer.from(bucket.body).toString('hex') }))

export function figureTests(made: UnderTest): void {
  describe('figures', () => {
    const traffic = { kind: 'traffic', scope: 'shop', step: MINUTE } as const

    test('are read as they were written, ascending', async () => {
      const { driver } = made()
      const bodies = [[], [0], [255, 0, 254, 10, 13, 39, 92], Array.from({ length: 70_000 }, (_, i) => i % 256)]
      const figures = bodies.map((body, i) => bucketOf({ from: NOON + i * MINUTE, body: Uint8Array.from(body) }))
      await put(driver, { figures: [...figures].reverse() })
      const found = await driver.figures({ ...traffic, ...ALL_TIME })
      expect(found.every(({ body }) => body instanceof Uint8Array)).toBe(true)
      expect(plain(found)).toEqual(plain(figures))
    })

    test('of a body that is a part of a larger buffer are that part', async () => {
      const { driver } = made()
      const body = new Uint8Array([9, 9, 1, 2, 9, 9]).subarray(2, 4)
      await put(driver, { figures: [bucketOf({ body })] })
      expect(plain(await driver.figures({ ...traffic, ...ALL_TIME }))).toMatchObject([{ body: '0102' }])
    })

    test('of the same key are replaced, also twice in one batch', async () => {
      const { driver } = made()
      await put(driver, { figures: [bucketOf({ body: Buffer.from([1]) })] })
      await put(driver, { figures: [bucketOf({ body: Buffer.from([2]) }), bucketOf({ body: Buffer.from([3]) })] })
      expect(plain(await driver.figures({ ...traffic, ...ALL_TIME }))).toMatchObject([{ body: '03' }])
    })

    test('are kept apart by kind, scope and step', async () => {
      const { driver } = made()
      const figures = [
        bucketOf({ body: Buffer.from([1]) }),
        bucketOf({ body: Buffer.from([2]), kind: 'queues' }),
        bucketOf({ body: Buffer.from([3]), scope: 'Shop' }),
        bucketOf({ body: Buffer.from([4]), scope: '' }),
        bucketOf({ body: Buffer.from([5]), step: 600_000 }),
      ]
      await put(driver, { figures })
      for (const bucket of figures) {
        const { kind, scope, step } = bucket
        expect(plain(await driver.figures({ kind, scope, step, ...ALL_TIME }))).toEqual(plain([bucket]))
      }
    })

    test('begin in [from, to)', async () => {
      const { driver } = made()
      const figures = [-1, 0, 1, 2].map((i) => bucketOf({ from: NOON + i * MINUTE }))
      await put(driver, { figures })
      const found = await driver.figures({ ...traffic, from: NOON, to: NOON + 2 * MINUTE })
      expect(found.map(({ from }) => from)).toEqual([NOON, NOON + MINUTE])
      expect(await driver.figures({ ...traffic, from: NOON, to: NOON })).toEqual([])
    })

    test('have scopes by kind and time, each once, ascending', async () => {
      const { driver } = made()
      const scopes = ['shop', 'Shop', '', 'ä', '🦊', '\uFF5E', 'z', 'a b']
      await put(driver, {
        figures: [
          ...scopes.map((scope) => bucketOf({ scope })),
          ...scopes.map((scope) => bucketOf({ scope, step: 600_000 })),
          bucketOf({ scope: 'late', from: NOON + MINUTE }),
          bucketOf({ scope: 'early', from: NOON - MINUTE }),
          bucketOf({ scope: 'queue', kind: 'queues' }),
        ],
      })
      const found = await driver.scopes({ kind: 'traffic', from: NOON, to: NOON + MINUTE })
      expect(found).toEqual([...scopes].sort(byBytes))
      expect(await driver.scopes({ kind: 'queues', from: NOON, to: NOON + MINUTE })).toEqual(['queue'])
    })
  })
}
