import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { sqlitePeople } from '../../../src/people/sqlite/store.js'
import type { PeopleStore } from '../../../src/ports/people.js'
import { loadBinding } from '../../../src/sql/sqlite/binding.js'
import { archiveDir, filesWith } from '../../support/archive-files.js'
import { NOON, put, sessionOf, userOf } from '../conformance/samples.js'

const SECRET = 'zq7forgetme4x'

async function openOther(dir: string) {
  return (await loadBinding('The test')).open(join(dir, 'people.db'))
}

test('what is created is for its owner alone; a directory that was there stays as it is', async () => {
  const given = archiveDir()
  mkdirSync(join(given, 'open'), { mode: 0o755 })
  for (const [dir, mode] of [
    [join(given, 'made', 'data'), 0o700],
    [join(given, 'open'), 0o755],
  ] as const) {
    const store = sqlitePeople({ dir })
    await put(store, [userOf('ada')])
    const modes = readdirSync(dir).map((name) => [name, statSync(join(dir, name)).mode & 0o777])
    expect(Object.fromEntries(modes)).toEqual({ 'people.db': 0o600, 'people.db-shm': 0o600, 'people.db-wal': 0o600 })
    expect(statSync(dir).mode & 0o777).toBe(mode)
    await store.close()
  }
})

describe('what was deleted', () => {
  /** Users of many sizes, every tenth with the secret. */
  const usersOf = (round: number) =>
    Array.from({ length: 600 }, (_, i) =>
      userOf(`u${i}`, { text: (i % 10 ? 'y' : SECRET).repeat(1 + ((i * 7 + round * 13) % 90)), round }),
    )

  test('leaves no byte in the file and its log, also after it was changed often and while others have it open', async () => {
    const dir = archiveDir()
    const [store, other] = [sqlitePeople({ dir }), sqlitePeople({ dir })]
    for (let round = 0; round < 6; round++) {
      await put(store, usersOf(round))
      await other.changes(0)
    }
    expect(filesWith(dir, Buffer.from(SECRET))).not.toEqual([])
    const gone = usersOf(0).filter((_, i) => i % 10 === 0)
    await put(store, [...gone.map((user) => ({ ...user, body: null })), userOf('last')])
    expect(filesWith(dir, Buffer.from(SECRET))).toEqual([])
    expect((await other.changes(0)).records).toHaveLength(541)
    await other.close()
    await store.close()
    expect(filesWith(dir, Buffer.from(SECRET))).toEqual([])
  })

  test('while another reads the file is gone with the next write after that', async () => {
    const dir = archiveDir()
    const store = sqlitePeople({ dir })
    await put(store, [userOf('ada', { text: SECRET })])
    const reader = await openOther(dir)
    reader.exec('BEGIN; SELECT * FROM people')
    reader.prepare('SELECT * FROM people').all([])
    await put(store, [userOf('ada', null)])
    expect((await store.changes(0)).records).toEqual([])
    reader.exec('COMMIT')
    reader.close()
    await put(store, [userOf('bob')])
    expect(filesWith(dir, Buffer.from(SECRET))).toEqual([])
    await store.close()
  })

  test('of sessions is overwritten, too', async () => {
    const dir = archiveDir()
    const store = sqlitePeople({ dir })
    await store.putSession(sessionOf({ details: JSON.stringify({ from: SECRET }) }))
    await store.endSessions({ user: 'ada' })
    expect(filesWith(dir, Buffer.from(SECRET))).toEqual([])
    await store.close()
  })
})

describe('a file', () => {
  test.each([
    ['whose pages are garbage', 4096],
    ['that is no database', 0],
  ])('%s is refused with what to do, and stays', async (_, from) => {
    const dir = archiveDir()
    const file = join(dir, 'people.db')
    const first = sqlitePeople({ dir })
    await put(first, [userOf('ada')])
    await first.close()
    const bytes = readFileSync(file)
    const before = Buffer.concat([bytes.subarray(0, from), Buffer.alloc(bytes.length - from, 0xa5)])
    writeFileSync(file, before)
    const store = sqlitePeople({ dir })
    await expect(store.changes(0)).rejects.toThrow(`${file} is damaged: `)
    await expect(store.look('h1')).rejects.toThrow('restore the file from a backup, or move it away')
    await store.close()
    expect(readFileSync(file).equals(before)).toBe(true)
    rmSync(file)
    const again = sqlitePeople({ dir })
    expect(await again.changes(0)).toEqual({ version: 0, records: [] })
    await again.close()
  })

  test('that another program holds is named, and written when it is free', async () => {
    const dir = archiveDir()
    const store = sqlitePeople({ dir })
    await put(store, [userOf('ada')])
    const other = await openOther(dir)
    other.exec('BEGIN IMMEDIATE')
    await expect(store.write(1, [userOf('bob')])).rejects.toThrow(
      `Another program holds a file of the database of users in ${dir}.`,
    )
    expect((await store.look(null)).version).toBe(1)
    other.exec('ROLLBACK')
    other.close()
    expect(await store.write(1, [userOf('bob')])).toBe(true)
    await store.close()
  })

  test('in a place that is no directory is named', async () => {
    const file = join(archiveDir(), 'file')
    writeFileSync(file, '')
    for (const dir of [file, join(file, 'below')]) await expect(sqlitePeople({ dir }).open()).rejects.toThrow(file)
  })
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
  const noise = (n: number) => Array.from({ length: 40_000 }, (_, i) => ((i * 7919 * (n + 3)) % 10007).toString(36))
  const large = (store: PeopleStore, expected: number) =>
    store.write(
      expected,
      Array.from({ length: 20 }, (_, i) => userOf(`u${i}`, noise(i))),
    )

  test('that is full is named; what was there answers, and writing goes on when there is room', async (context) => {
    const disk = mounted('2m')
    if (!disk) return context.skip('only root can mount')
    const store = sqlitePeople({ dir: disk.dir })
    await put(store, [userOf('ada', { text: SECRET })])
    await store.putSession(sessionOf())
    await expect(large(store, 1)).rejects.toThrow(`The disk of the database of users in ${disk.dir} is full.`)
    expect(await store.look('h1')).toEqual({ version: 1, session: sessionOf() })
    expect((await store.changes(0)).records).toHaveLength(1)
    disk.remount('size=200m')
    expect(await large(store, 1)).toBe(true)
    await put(store, [userOf('ada', null)])
    expect(filesWith(disk.dir, Buffer.from(SECRET))).toEqual([])
    expect((await store.changes(0)).records).toHaveLength(20)
    await store.close()
  })

  test('that can only be read is named, and is used once it can be written', async (context) => {
    const disk = mounted('8m')
    if (!disk) return context.skip('only root can mount')
    const first = sqlitePeople({ dir: disk.dir })
    await put(first, [userOf('ada')])
    await first.close()
    // libsql may still have the file open, which keeps the file system from being read-only.
    spawnSync('mount', ['--bind', disk.dir, disk.dir])
    mounts.push(disk.dir)
    spawnSync('mount', ['-o', 'remount,bind,ro', disk.dir])
    const store = sqlitePeople({ dir: disk.dir })
    await expect(store.look(null)).rejects.toThrow(
      `The database of users can't be written: ${disk.dir} and its files must be writable`,
    )
    spawnSync('mount', ['-o', 'remount,bind,rw', disk.dir])
    expect((await store.look(null)).version).toBe(1)
    await store.touchSession('h1', NOON)
    await store.close()
  })
})
