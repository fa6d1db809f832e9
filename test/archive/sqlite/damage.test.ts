import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { sqliteDriver } from '../../../src/archive/sqlite/driver.js'
import type { ArchiveDriver, JobCondition } from '../../../src/ports/archive.js'
import { loadBinding } from '../../../src/sql/sqlite/binding.js'
import { archiveDir, filesWith } from '../../support/archive-files.js'
import { ALL_TIME, allJobs, DAY, idsOf, loadedJob, NOON, put } from '../conformance/samples.js'

const every: JobCondition = { by: 'term', term: 'every', isPrefix: false, isNot: false }
const DAYS = ['2026-11-20', '2026-11-21', '2026-11-22']

/** Three days of 300 jobs each, closed. */
async function filled(): Promise<string> {
  const dir = archiveDir()
  const driver = sqliteDriver({ dir })
  for (const [day] of DAYS.entries())
    await put(driver, {
      jobs: Array.from({ length: 300 }, (_, i) =>
        loadedJob(`{"n":${i}}`, [`n=${i}`, 'every'], { id: `${day}-${i}`, finishedAt: NOON + day * DAY + i }),
      ),
    })
  await driver.close()
  return dir
}

/** Overwrites all but the first page: the file opens, and what is in it can't be read. */
function damage(file: string, from = 4096): void {
  const bytes = readFileSync(file)
  writeFileSync(file, Buffer.concat([bytes.subarray(0, from), Buffer.alloc(bytes.length - from, 0xa5)]))
}

const daysFound = async (driver: ArchiveDriver, conditions: readonly JobCondition[] = []) =>
  [...new Set((await idsOf(driver, { conditions })).map((id) => id[0]))].sort().join('')

describe.each([
  ['whose pages are garbage', 4096],
  ['that is no database at all', 0],
])('a day %s', (_, from) => {
  test('is named, and the others answer', async () => {
    const dir = await filled()
    damage(join(dir, 'jobs/2026-11-21.db'), from)
    const driver = sqliteDriver({ dir })
    expect(await daysFound(driver)).toBe('02')
    expect(await daysFound(driver, [every])).toBe('02')
    expect(await driver.counts(ALL_TIME)).toMatchObject([{ attempts: 600 }])
    expect(await driver.attempts('redis:mail', '1-7')).toEqual([])
    expect(await driver.attempts('redis:mail', '2-7')).toHaveLength(1)
    const { problems, jobs } = await driver.status()
    expect(jobs).toBe(600)
    expect(problems.map(({ part }) => part)).toContain('jobs/2026-11-21.db')
    expect((await driver.verify()).map(({ part }) => part)).toContain('jobs/2026-11-21.db')
    await driver.close()
  })

  test('is set aside when it is written to, never deleted', async () => {
    const dir = await filled()
    damage(join(dir, 'jobs/2026-11-21.db'), from)
    const driver = sqliteDriver({ dir })
    await put(driver, { jobs: [loadedJob('{}', ['every'], { id: '1-new', finishedAt: NOON + DAY })] })
    expect(await idsOf(driver, { from: NOON + DAY, to: NOON + 2 * DAY })).toEqual(['1-new'])
    expect(await daysFound(driver, [every])).toBe('012')
    const aside = readdirSync(join(dir, 'jobs')).filter((name) => /^2026-11-21\.(text\.)?damaged-\d+\.db$/.test(name))
    expect(aside).toHaveLength(2)
    expect((await driver.status()).problems.map(({ part }) => part).sort()).toEqual(
      aside.map((name) => `jobs/${name}`).sort(),
    )
    await driver.prune({ ...NO_LIMITS, jobsMs: 0, maxBytes: 0 })
    expect(readdirSync(join(dir, 'jobs'))).toEqual(expect.arrayContaining(aside))
    await driver.close()
  })
})

const NO_LIMITS = {
  now: NOON + 9 * DAY,
  figuresMs: new Map(),
  recordsMs: null,
  jobsMs: null,
  payloadsMs: null,
  maxBytes: null,
  minFreeShare: null,
}

describe('damaged texts of a day', () => {
  test('are named; its jobs answer without payloads', async () => {
    const dir = await filled()
    damage(join(dir, 'jobs/2026-11-21.text.db'))
    const driver = sqliteDriver({ dir })
    expect(await daysFound(driver, [every])).toBe('02')
    expect(await daysFound(driver)).toBe('012')
    const jobs = await allJobs(driver, { withPayloads: true })
    expect(jobs).toHaveLength(900)
    expect(jobs.filter(({ payload }) => payload === null).map(({ id }) => id[0])).toEqual(Array(300).fill('1'))
    expect((await driver.status()).problems.map(({ part }) => part)).toEqual(['jobs/2026-11-21.text.db'])
    await put(driver, { jobs: [loadedJob('{}', ['every'], { id: '1-new', finishedAt: NOON + DAY })] })
    expect(await daysFound(driver, [every])).toBe('012')
    expect(await idsOf(driver, { from: NOON + DAY, to: NOON + 2 * DAY })).toHaveLength(301)
    await driver.close()
  })
})

test('a damaged archive.db is refused with what to do, and stays', async () => {
  const dir = await filled()
  const file = join(dir, 'archive.db')
  damage(file, 0)
  const before = readFileSync(file)
  const driver = sqliteDriver({ dir })
  await expect(driver.open()).rejects.toThrow(`${file} is damaged: `)
  await expect(driver.cursor('x')).rejects.toThrow('Stop Zenith and move that file away')
  await driver.close()
  expect(readFileSync(file).equals(before)).toBe(true)
  rmSync(file)
  const again = sqliteDriver({ dir })
  expect(await daysFound(again)).toBe('012')
  await again.close()
})

/** A file system of its own, for root on Linux. Null where that can't be. */
function mounted(size: string): { dir: string; remount: (options: string) => void } | null {
  const dir = archiveDir()
  const mount = (...args: string[]) => spawnSync('mount', args).status === 0
  if (process.getuid?.() !== 0 || !mount('-t', 'tmpfs', '-o', `size=${size}`, 'none', dir)) return null
  mounts.push(dir)
  return { dir, remount: (options) => mount('-o', `remount,${options}`, dir) }
}
const mounts: string[] = []
afterAll(() => {
  // libsql closes a file when the last of its statements is collected, which may be later.
  for (const dir of mounts) spawnSync('umount', ['--lazy', dir])
})

describe('a disk', () => {
  test('that is full is named; what was there answers, and writing goes on when there is room', async (context) => {
    const disk = mounted('3m')
    if (!disk) return context.skip('only root can mount')
    const driver = sqliteDriver({ dir: disk.dir })
    await put(driver, { jobs: [loadedJob('{}', ['every'], { id: '0-first' })] })
    const noise = (i: number) => Array.from({ length: 5000 }, (_, at) => ((at * 7919 * (i + 3)) % 10007).toString(36))
    const jobs = Array.from({ length: 300 }, (_, i) =>
      loadedJob(noise(i).join(''), ['every', ...noise(i)], { id: `0-${i}`, finishedAt: NOON + i }),
    )
    const cursor = { stream: 's', expected: null, next: '1' }
    await expect(driver.write({ cursor, jobs })).rejects.toThrow(`The disk of the archive in ${disk.dir} is full.`)
    expect(await driver.cursor('s')).toBeNull()
    expect(await idsOf(driver, { conditions: [every] })).toContain('0-first')
    disk.remount('size=200m')
    expect(await driver.write({ cursor, jobs })).toBe(true)
    expect(await idsOf(driver, { conditions: [every] })).toHaveLength(301)
    expect(await driver.verify()).toEqual([])
    await driver.close()
  })

  test('that can only be read is named', async (context) => {
    const disk = mounted('8m')
    if (!disk) return context.skip('only root can mount')
    disk.remount('ro')
    const driver = sqliteDriver({ dir: join(disk.dir, 'data') })
    await expect(driver.open()).rejects.toThrow(/can't be written: .* must be writable/)
    disk.remount('rw')
    await driver.open()
    await driver.close()
  })
})

test('a place that is no directory is named', async () => {
  const file = join(archiveDir(), 'file')
  writeFileSync(file, '')
  await expect(sqliteDriver({ dir: file }).open()).rejects.toThrow(file)
  await expect(sqliteDriver({ dir: join(file, 'below') }).open()).rejects.toThrow(file)
})

test('forgetting leaves no byte while the archive is open, either', async () => {
  const dir = archiveDir()
  const driver = sqliteDriver({ dir })
  const secret = 'zq7forgetme4x'
  const jobs = Array.from({ length: 2_000 }, (_, i) =>
    loadedJob(i % 50 ? `{"n":${i}}` : `{"mail":"${secret}${i}"}`, [i % 50 ? `n=${i}` : `mail=${secret}${i}`], {
      id: i % 50 ? `${i}` : `${secret}-${i}`,
      name: i % 50 ? 'send' : `send ${secret}`,
      node: i % 50 ? 'node' : secret,
      finishedAt: NOON + i,
    }),
  )
  for (let at = 0; at < jobs.length; at += 100) await put(driver, { jobs: jobs.slice(at, at + 100) })
  const conditions = [{ by: 'term', term: `mail=${secret}`, isPrefix: true, isNot: false }] as const
  expect(await driver.forget({ ...ALL_TIME, conditions })).toBe(40)
  expect(filesWith(dir, Buffer.from(secret))).toEqual([])
  expect(await idsOf(driver)).toHaveLength(1_960)
  expect(await idsOf(driver, { conditions: [{ by: 'term', term: 'n=7', isPrefix: false, isNot: false }] })).toEqual([
    '7',
  ])
  await driver.close()
})

test('a phrase that is rare is looked for in pages of bounded text', async () => {
  const dir = archiveDir()
  const driver = sqliteDriver({ dir, maxTextBytes: 2_000 })
  const text = (i: number) => `${'x'.repeat(100)} ${i % 300 === 0 ? 'needle' : 'hay'}`
  await put(driver, {
    jobs: Array.from({ length: 900 }, (_, i) => loadedJob(text(i), [], { id: `${i}`, finishedAt: NOON + i })),
  })
  const query = { ...ALL_TIME, limit: 10, conditions: [{ by: 'phrase', text: 'needle', isNot: false }] } as const
  const first = await driver.jobs(query)
  expect(first.items).toEqual([])
  expect(first.next).not.toBeNull()
  expect(await idsOf(driver, query)).toEqual(['600', '300', '0'])
  await driver.close()
})

test('days that are written no more, or closed, leave no log behind', async () => {
  const dir = archiveDir()
  const driver = sqliteDriver({ dir })
  mkdirSync(join(dir, 'jobs'), { recursive: true })
  for (let day = 0; day < 40; day++)
    await put(driver, { jobs: [loadedJob('{}', ['every'], { id: `${day}`, finishedAt: NOON + day * DAY })] })
  expect(await idsOf(driver, { conditions: [every] })).toHaveLength(40)
  const logs = () =>
    readdirSync(join(dir, 'jobs')).filter((name) => name.endsWith('-wal') && statSync(join(dir, 'jobs', name)).size > 0)
  const last = new Date(NOON + 39 * DAY).toISOString().slice(0, 10)
  expect(logs().filter((name) => !name.startsWith(last))).toEqual([])
  await driver.close()
  expect(logs()).toEqual([])
})

test('days are pruned also where rows can not be: a full disk has no room for deleting rows', async () => {
  const dir = await filled()
  const driver = sqliteDriver({ dir })
  const record = { kind: 'slow', id: 'r', at: NOON, service: 'shop', name: 'GET /', body: '{}' } as const
  await driver.write({ cursor: { stream: 'slow:shop', expected: null, next: '1' }, records: [record] })
  const { open } = await loadBinding('The test')
  const other = open(join(dir, 'archive.db'))
  other.exec('BEGIN IMMEDIATE')
  const limits = { figuresMs: new Map(), recordsMs: DAY, jobsMs: DAY, payloadsMs: null, maxBytes: null }
  await expect(driver.prune({ ...limits, now: NOON + 2 * DAY, minFreeShare: null })).rejects.toThrow('Another program')
  expect(readdirSync(join(dir, 'jobs')).filter((name) => name.startsWith('2026-11-20'))).toEqual([])
  other.exec('ROLLBACK')
  other.close()
  await driver.close()
})
