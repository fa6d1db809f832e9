import { beforeAll, describe, expect, test } from 'vitest'
import { sqliteDriver } from '../../../src/archive/sqlite/driver.js'
import { threadedArchive } from '../../../src/archive/thread/threaded-archive.js'
import type { Archive, ArchiveDriver, RawJob, SealedFound } from '../../../src/ports/archive.js'
import { archiveDir, bundled } from '../../support/archive-files.js'
import { extent } from '../../support/extent.js'
import { runProgram } from '../../support/program.js'
import { ALL_TIME, bucketOf, jobOf, NOON } from '../conformance/samples.js'
import { archiveConformance } from '../conformance.js'
import { archiveOfFiles } from '../conformance-files.js'

let workerUrl: URL
beforeAll(async () => {
  workerUrl = await bundled('test/archive/thread/plain-worker.ts')
})

const threaded = (dir: string, maxTextBytes?: number) =>
  threadedArchive({ workerUrl, kind: 'sqlite', place: dir, workerData: { dir, maxTextBytes } })

function rawJob(changes: Partial<RawJob> = {}): RawJob {
  const { terms, ...job } = jobOf()
  return { ...job, payload: null, ...changes }
}

const cursor = (expected: string | null, next: string) => ({ stream: 's', expected, next })
const ids = async (archive: Archive) =>
  (await archive.jobs({ ...ALL_TIME, conditions: [], limit: 100 })).items.map(({ id }) => id)

describe('an archive on a thread', () => {
  test('hands texts, sealed bytes and figures over, and keeps none of them from their owner', async () => {
    const archive = threaded(archiveDir())
    const slab = Buffer.from('..a sealed payload..')
    const bytes = slab.subarray(2, 18)
    const body = new Uint8Array([1, 2, 3]).subarray(1)
    await archive.write({
      cursor: cursor(null, '1'),
      jobs: [
        rawJob({ id: 'a', payload: { kind: 'text', text: 'hello there' } }),
        rawJob({ id: 'b', payload: { kind: 'sealed', bytes, context: 'shop', index: 0 } }),
      ],
      figures: [bucketOf({ body })],
    })
    expect(slab.toString()).toBe('..a sealed payload..')
    expect(body).toEqual(new Uint8Array([2, 3]))
    const texts = async (id: string) => (await archive.attempts('redis:mail', id)).map(({ payload }) => payload?.text)
    expect(await texts('a')).toEqual(['hello there'])
    expect(await texts('b')).toEqual(['shop: a sealed payload'])
    const query = { kind: 'traffic', scope: 'shop', step: 60_000, ...ALL_TIME } as const
    expect((await archive.figures(query)).map((bucket) => [...bucket.body])).toEqual([[2, 3]])
    await archive.close()
  })

  test('opens payloads with the tokens that it gets, also after it was opened and after its thread ended', async () => {
    const archive = threaded(archiveDir())
    const sealed = { kind: 'sealed', bytes: Buffer.from('sealed'), context: 'shop', index: 0 } as const
    let last: string | null = null
    const textOf = async (id: string) => {
      const next = String(Number(last) + 1)
      await archive.write({ cursor: cursor(last, next), jobs: [rawJob({ id, payload: sealed })] })
      last = next
      return (await archive.attempts('redis:mail', id))[0]?.payload?.text
    }
    await archive.open()
    archive.setTokens?.(['first', 'second'])
    expect(await textOf('a')).toBe('shop: sealed first second')
    archive.setTokens?.(['third'])
    expect(await textOf('b')).toBe('shop: sealed third')
    await archive.write({ cursor: cursor(last, 'lost'), jobs: [rawJob({ id: 'c', name: 'exits' })] }).catch(() => {})
    expect(await textOf('d')).toBe('shop: sealed third')
    await archive.close()
  })

  test('tells what it found when it opened payloads, once it is written', async () => {
    const archive = threaded(archiveDir())
    const found: SealedFound[] = []
    archive.onSealed?.((one) => found.push(one))
    const sealed = { kind: 'sealed', bytes: Buffer.from('sealed'), context: 'shop', index: 0 } as const
    expect(await archive.write({ cursor: cursor('none', '1'), jobs: [rawJob({ payload: sealed })] })).toBe(false)
    expect(await archive.write({ cursor: cursor(null, '1'), jobs: [rawJob()] })).toBe(true)
    expect(found).toEqual([])
    expect(await archive.write({ cursor: cursor('1', '2'), jobs: [rawJob({ payload: sealed })] })).toBe(true)
    expect(found).toEqual([{ hasToken: false, opened: [], unopened: ['shop'] }])
    await archive.close()
  })

  test('rejects with the message of its driver', async () => {
    const dir = archiveDir()
    const archive = threaded(dir)
    await expect(archive.jobs({ ...ALL_TIME, conditions: [], limit: 0 })).rejects.toThrow('a limit of 1 to 1000; got 0')
    const other = sqliteDriver({ dir })
    await expect(other.open()).rejects.toThrow(`is open in process ${process.pid} (this one)`)
    await archive.close()
    await other.open()
    await expect(threaded(dir).open()).rejects.toThrow(`is open in process ${process.pid} (this one)`)
    await other.close()
  })

  test.each([
    ['throws', /The thread of the archive stopped: out of the blue/],
    ['exits', /The thread of the archive stopped: /],
    ['hoards', /The thread of the archive stopped: .*memory/],
  ])('that %s rejects what waits, and works again', async (name, message) => {
    const archive = threaded(archiveDir())
    expect(await archive.write({ cursor: cursor(null, '1'), jobs: [rawJob()] })).toBe(true)
    const bad = archive.write({ cursor: cursor('1', '2'), jobs: [rawJob({ id: 'bad', name })] })
    await expect(bad).rejects.toThrow(message)
    expect(await archive.cursor('s')).toBe('1')
    expect(await archive.write({ cursor: cursor('1', '2'), jobs: [rawJob({ id: '2' })] })).toBe(true)
    expect(await ids(archive)).toEqual(['2', '1'])
    await archive.close()
  })

  test('tells a mark that is none by its code', async () => {
    const archive = threaded(archiveDir())
    const asked = archive.jobs({ from: 0, to: NOON, conditions: [], limit: 10, after: 'nonsense' })
    await expect(asked).rejects.toMatchObject({ code: 'bad_mark' })
    await archive.close()
  })

  test('refuses more requests than it holds, and answers those it has', async () => {
    const archive = threaded(archiveDir())
    const results = await Promise.allSettled(Array.from({ length: 400 }, () => archive.cursor('s')))
    const refused = results.filter(({ status }) => status === 'rejected')
    expect(refused).toHaveLength(144)
    expect(refused[0]).toMatchObject({ reason: new Error('The archive is behind: 256 requests wait for it.') })
    expect(await archive.cursor('s')).toBeNull()
    await archive.close()
  })

  test('closes once what was asked is done, and stays closed', async () => {
    const dir = archiveDir()
    const archive = threaded(dir)
    const written = archive.write({ cursor: cursor(null, '1'), jobs: [rawJob({ finishedAt: NOON })] })
    await Promise.all([archive.close(), archive.close()])
    expect(await written).toBe(true)
    await expect(archive.cursor('s')).rejects.toThrow('The archive is closed.')
    await threaded(dir).close()
    const driver = sqliteDriver({ dir })
    expect(await driver.cursor('s')).toBe('1')
    await driver.close()
  })
})

describe.each(['mjs', 'cjs'] as const)('sqliteArchive of the package, in a program of .%s', (format) => {
  const load = format === 'mjs' ? 'await import' : 'require'
  const program = (end: string) => `
    const main = async () => {
      const { sqliteArchive } = ${load}('@gravito/quasar/archive/sqlite')
      const archive = sqliteArchive({ dir: process.argv[2] })
      const job = ${JSON.stringify(rawJob({ payload: { kind: 'text', text: 'unmasked' } }))}
      const isWritten = await archive.write({ cursor: { stream: 's', expected: null, next: '1' }, jobs: [job] })
      const { items } = await archive.jobs({ from: 0, to: 1e14, conditions: [], limit: 10, withPayloads: true })
      console.log(archive.kind, isWritten, items.length)
      ${end}
    }
    main()`

  test.each([
    ['closes it', 'await archive.close()'],
    ['does not: its thread holds no process', ''],
  ])('that %s, ends', async (_, end) => {
    const outcome = await runProgram(program(end), { format, args: [archiveDir()] })
    expect(outcome).toMatchObject({ code: 0, signal: null, stdout: 'sqlite true 1\n', stderr: '' })
  })

  test('names an option that is wrong', async () => {
    const source = `const main = async () => (${load}('@gravito/quasar/archive/sqlite')).sqliteArchive({ dir: 5 })
      main().catch((error) => console.log(error.message))`
    const { stdout } = await runProgram(source.replace(`(${load}(`, `(await ${load.replace('await ', '')}(`), {
      format,
    })
    expect(stdout).toBe('sqliteArchive: option "dir" takes the path of a directory; got 5.\n')
  })
})

// Every method, on its way to the thread and back.
for (const name of extent(['SQLite on a thread'], () => false))
  archiveConformance(name, () => archiveOfFiles((dir) => threaded(dir) as unknown as ArchiveDriver))
