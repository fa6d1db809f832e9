import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { sqliteDriver } from '../../../src/archive/sqlite/driver.js'
import { archiveDir, bundled, filesWith } from '../../support/archive-files.js'
import { kill, printed, startChild } from '../../support/killed-children.js'
import { allAttempts, BATCH, batchAt, STREAM } from './batches.js'

const BATCHES = 60
let program: string

beforeAll(async () => {
  program = fileURLToPath(await bundled('test/archive/sqlite/child.ts'))
})

const start = (...args: readonly string[]) => startChild(program, ...args)

/** Kills a process that writes, and checks that everything before its cursor is there. */
async function killOnce(dir: string, kills: number): Promise<void> {
  const child = start('fill', dir, String(BATCHES))
  await printed(child)
  // At any point of a write: they take a few milliseconds each.
  await new Promise((resolve) => setTimeout(resolve, (kills * 7) % 23))
  await kill(child)
  const driver = sqliteDriver({ dir })
  const done = Number((await driver.cursor(STREAM)) ?? '0')
  const ids = new Set((await allAttempts(driver)).map(({ id }) => Number(id)))
  const lost = Array.from({ length: done * BATCH }, (_, id) => id).filter((id) => !ids.has(id))
  expect(lost).toEqual([])
  expect(await driver.verify()).toEqual([])
  await driver.close()
}

describe('a process that is killed while it writes', () => {
  test('leaves an archive in which the next one misses nothing and doubles nothing', async () => {
    const dir = archiveDir()
    for (let kills = 0; kills < 12; kills++) await killOnce(dir, kills)
    const driver = sqliteDriver({ dir })
    for (let done = Number((await driver.cursor(STREAM)) ?? '0'); done < BATCHES; done++)
      expect(await driver.write(batchAt(done))).toBe(true)
    const expected = Array.from({ length: BATCHES * BATCH }, (_, number) => String(number)).sort()
    for (const isIndexed of [false, true]) {
      const found = await allAttempts(driver, isIndexed)
      expect(found.map(({ id }) => id).sort()).toEqual(expected)
      expect(found.every(({ id, payload }) => payload?.text === `{"number":${id}}`)).toBe(true)
    }
    expect((await driver.status()).jobs).toBe(BATCHES * BATCH)
    expect(await driver.counts({ from: 0, to: Date.UTC(2100, 0, 1) })).toMatchObject([{ attempts: BATCHES * BATCH }])
    expect((await driver.records({ kind: 'slow', from: 0, to: Date.UTC(2100, 0, 1), limit: 1000 })).items).toHaveLength(
      BATCHES,
    )
    await driver.close()
  })
})

describe('a process that is killed while it forgets', () => {
  test('has forgotten nothing, or all of it to the last byte once the archive is opened again', async () => {
    const kept: number[] = []
    for (const delay of [0, 15, 40, 90, 160]) {
      const dir = archiveDir()
      const driver = sqliteDriver({ dir })
      for (let index = 0; index < 10; index++) await driver.write(batchAt(index))
      await driver.close()
      const child = start('forget', dir)
      await printed(child)
      await new Promise((resolve) => setTimeout(resolve, delay))
      await kill(child)
      const left = await allAttempts(driver)
      await driver.close()
      kept.push(left.length)
      if (left.length === 0) expect(filesWith(dir, Buffer.from('redis:mail'))).toEqual([])
    }
    expect(kept.filter((count) => count !== 0 && count !== 10 * BATCH)).toEqual([])
  })
})

describe('a directory that another process has', () => {
  test('is refused with the process and the directory, until that ends, however it does', async () => {
    const dir = archiveDir()
    const holder = start('hold', dir)
    expect(await printed(holder)).toBe('open\n')
    const driver = sqliteDriver({ dir })
    await expect(driver.open()).rejects.toThrow(`The archive in ${dir} is open in process ${holder.pid} on `)
    await expect(driver.open()).rejects.toThrow('use PostgreSQL for several')
    await kill(holder)
    await driver.open()
    await driver.close()
  })

  test('is refused to a second archive of this process, too', async () => {
    const dir = archiveDir()
    const first = sqliteDriver({ dir })
    await first.open()
    const second = sqliteDriver({ dir })
    await expect(second.open()).rejects.toThrow(`process ${process.pid} (this one)`)
    await first.write(batchAt(0))
    await expect(second.open()).rejects.toThrow('(this one)')
    await first.close()
    await second.open()
    expect(await allAttempts(second)).toHaveLength(BATCH)
    await second.close()
  })
})
