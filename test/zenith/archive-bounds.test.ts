import { expect, onTestFinished, test } from 'vitest'
import type { ArchivedJobDetail, ArchivedJobFacets, ArchivedJobListing } from '../../src/api/archived-jobs.js'
import type { PastView } from '../../src/api/time-travel.js'
import { sqliteDriver } from '../../src/archive/sqlite/driver.js'
import { threadedArchive } from '../../src/archive/thread/threaded-archive.js'
import type { RawJob } from '../../src/ports/index.js'
import { createZenith } from '../../src/runtime/create-zenith.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { takingTurns } from '../../src/zenith/archive/taking-turns.js'
import { archiveDir, bundled } from '../support/archive-files.js'
import { fillArchive, rawJob } from '../support/archived.js'
import { inlineArchive } from '../support/inline-archive.js'
import { askApi } from './support/api.js'
import { exceptionOf } from './support/records.js'

const AT = Date.now() - 60_000

async function zenithWith(jobs: readonly RawJob[], maxTextBytes?: number) {
  const dir = archiveDir()
  await fillArchive(sqliteDriver({ dir }), { jobs })
  const archive = inlineArchive(sqliteDriver({ dir, maxTextBytes }))
  const zenith = createZenith({ store: memoryStore(), auth: () => 'admin' as const, archive, logger: false })
  onTestFinished(() => zenith.close())
  return <T>(path: string) => askApi<T>(zenith, path)
}

test('One user’s searches of the archive take turns, and too many are refused', async () => {
  const ask = await zenithWith([rawJob('1', AT, {})])
  const paths = Array.from({ length: 12 }, (_, n) => `/api/archive/jobs${n % 2 ? '/facets' : ''}?q=id:${n}`)
  const statuses = (await Promise.all(paths.map((path) => ask(path)))).map(({ status }) => status)
  expect(statuses.filter((status) => status === 200)).toHaveLength(6)
  expect(statuses.filter((status) => status === 429)).toHaveLength(6)
  expect((await ask('/api/archive/jobs')).status).toBe(200)
})

test('However many read the archive, it can be written', async () => {
  const dir = archiveDir()
  const workerUrl = await bundled('test/archive/thread/plain-worker.ts')
  const archive = threadedArchive({ workerUrl, kind: 'sqlite', place: dir, workerData: { dir } })
  onTestFinished(() => archive.close())
  const readers = takingTurns(archive)
  const readings = Array.from({ length: 400 }, () => readers.gaps({ from: 0, to: AT }))
  const cursor = { stream: 's', expected: null, next: '1' }
  expect(await archive.write({ cursor, gaps: [{ stream: 's', from: 1, to: 2, lost: 3 }] })).toBe(true)
  expect((await Promise.all(readings)).at(-1)).toHaveLength(1)
  const refused = Array.from({ length: 700 }, () => readers.gaps({ from: 0, to: AT }).catch((error) => error.message))
  expect(new Set(await Promise.all(refused))).toContain('The archive is behind: 500 requests wait for it.')
  expect(await readers.cursor('s')).toBe('1')
})

test('A job’s life has the payloads of its newest attempts, as many as an answer has room for', async () => {
  const text = 'word '.repeat(13_000)
  const ask = await zenithWith(Array.from({ length: 40 }, (_, n) => rawJob('1', AT + n * 100, { text })))
  const { status, body } = await ask<ArchivedJobDetail>('/api/archive/queues/q1/jobs/1')
  const lengths = body.attempts.map(({ payload }) => payload?.text.length ?? null)
  expect([status, lengths.length]).toEqual([200, 40])
  expect(body.attempts[0]?.payload).toEqual({ text: '', isCut: true })
  expect(lengths.at(-1)).toBeGreaterThan(65_000)
  expect(lengths.reduce<number>((sum, length) => sum + (length ?? 0), 0)).toBeLessThanOrEqual(2_000_000)
})

test('A page of jobs with long names is shorter, and the next one continues', async () => {
  const long = (n: number) => ({ queue: 'q'.repeat(3_000), error: `${n}${'e'.repeat(280)}` })
  const jobs = Array.from({ length: 900 }, (_, n) => rawJob(`${n}-${'i'.repeat(900)}`, AT + n, {}, long(n)))
  const ask = await zenithWith(jobs)
  const ids = new Set<string>()
  let pages = 0
  for (let after = ''; pages === 0 || after !== ''; pages++) {
    const path = `/api/archive/jobs?limit=1000${after && `&after=${encodeURIComponent(after)}`}`
    const { body } = await ask<ArchivedJobListing>(path)
    expect(JSON.stringify(body).length).toBeLessThan(2_100_000)
    for (const { id } of body.items) ids.add(id)
    after = body.next ?? ''
  }
  expect([ids.size, pages]).toEqual([900, 2])
})

test('The fleet as it was has room for the nearest exceptions only', async () => {
  const dir = archiveDir()
  const body = JSON.stringify(
    exceptionOf('shop', 'n1', { ts: AT, stack: `Error: x\n${'    at f (a.js:1:1)\n'.repeat(350)}` }),
  )
  const record = { kind: 'exception', at: AT, service: 'shop', name: 'x', body } as const
  await fillArchive(sqliteDriver({ dir }), {
    records: Array.from({ length: 200 }, (_, n) => ({ ...record, id: `shop/${n}` })),
  })
  const archive = inlineArchive(sqliteDriver({ dir }))
  const zenith = createZenith({ store: memoryStore(), auth: () => 'admin' as const, archive, logger: false })
  onTestFinished(() => zenith.close())
  const past = (await askApi<PastView>(zenith, `/api/history/at?t=${AT}`)).body
  expect(past.exceptions.length).toBeGreaterThan(20)
  expect(past.cut).toEqual({ exceptions: true, slow: false, audit: false })
  expect(JSON.stringify(past).length).toBeLessThan(600_000)
})

test('The fleet as it was lists what is nearest to the time on both sides, newest first', async () => {
  const dir = archiveDir()
  const recordAt = (ts: number) => {
    const body = JSON.stringify(exceptionOf('shop', 'n1', { ts }))
    return { kind: 'exception', id: `shop/${ts}`, at: ts, service: 'shop', name: 'x', body } as const
  }
  // Of 280 after the time the newest 200 would hide all that came before it.
  const times = [...Array.from({ length: 90 }, (_, n) => AT - 1 - n), ...Array.from({ length: 280 }, (_, n) => AT + n)]
  await fillArchive(sqliteDriver({ dir }), { records: times.map(recordAt) })
  const archive = inlineArchive(sqliteDriver({ dir }))
  const zenith = createZenith({ store: memoryStore(), auth: () => 'admin' as const, archive, logger: false })
  onTestFinished(() => zenith.close())
  const { exceptions, cut } = (await askApi<PastView>(zenith, `/api/history/at?t=${AT}`)).body
  const seen = exceptions.map(({ ts }) => ts - AT)
  expect(cut.exceptions).toBe(true)
  expect(seen).toEqual(seen.toSorted((a, b) => b - a))
  expect(seen.filter((at) => at < 0)).toHaveLength(90)
  expect(seen.filter((at) => at >= 0)).toHaveLength(110)
})

test('Counting jobs with a text stops when it has read many payloads, and says so', async () => {
  const jobs = Array.from({ length: 400 }, (_, n) => rawJob(String(n), AT + n, { text: `number ${n} of all` }))
  const counted = async (phrase: string, maxTextBytes?: number) => {
    const ask = await zenithWith(jobs, maxTextBytes)
    const { body } = await ask<ArchivedJobFacets>(`/api/archive/jobs/facets?q=${encodeURIComponent(phrase)}`)
    return [body.total, body.isPartial]
  }
  expect(await counted('"of all"')).toEqual([400, false])
  expect(await counted('"all of"')).toEqual([0, false])
  expect(await counted('"all of"', 1_000)).toEqual([0, true])
})

const LONG = 'x'.repeat(900)
const mark = (text: string) => Buffer.from(text).toString('base64url')
const TIMES = [
  'from=1&to=2',
  `from=8640000000000000&to=1`,
  'from=0&to=5',
  'from=1&to=8640000000000000',
  'from=NaN&to=-1',
]

test('Absurd parameters get an answer or a readable refusal', async () => {
  const ask = await zenithWith([rawJob('1', AT, { text: 'a' })])
  const searches = [
    ...['%00', 'name:%00*', 'id:%F0%9F%98%80', '"%ED%A0%80"', `id:${LONG}`, `name:${'*a'.repeat(400)}`, 'state:*****'],
    ...['-id:zzz', '"', 'a: b', `${'a%20'.repeat(400)}`, 'after:0h', 'run:>1e999s', '%F0', ':', '-', '*', '-*', 'q:*'],
  ]
  const marks = ['x', mark('[]'), mark('[1e999,"","",0]'), mark('[1,"\\u0000","",0]'), mark('[0.5,"\\ud800","",-1]')]
  const paths = [
    ...searches.flatMap((q) => [`/api/archive/jobs?q=${q}`, `/api/archive/jobs/facets?q=${q}&from=1&to=2`]),
    ...marks.map((after) => `/api/archive/jobs?after=${after}`),
    ...TIMES.flatMap((time) =>
      ['history?service=%00&', 'history/marks?', 'history/ticks?', 'archive/completeness?', 'archive/jobs?'].map(
        (path) => `/api/${path}${time}`,
      ),
    ),
    ...['0', '1', '8640000000000000', '1e5', '-1', ''].map((t) => `/api/history/at?t=${t}`),
    `/api/history?service=shop&from=${AT - 399 * 86_400_000}&to=${AT}&step=60000`,
    `/api/history?service=shop&from=${AT + 86_400_000}&to=${AT + 399 * 86_400_000}`,
    `/api/history?service=${'s'.repeat(10_000)}&from=1&to=2`,
    ...['%00', '~!!', '~', LONG, '%ED%A0%80', '..%2f..'].map((id) => `/api/archive/queues/${id}/jobs/${id}`),
    ...['services', 'errors', 'slow', 'routes'].map(
      (of) => `/api/${of}?from=${AT + 86_400_000}&to=${AT + 2 * 86_400_000}`,
    ),
  ]
  for (const path of paths) {
    const { status } = await ask(path)
    expect([path, status < 500]).toEqual([path, true])
  }
  expect((await ask(`/api/archive/jobs?after=${marks[3]}`)).status).toBe(400)
  expect((await ask(`/api/archive/jobs?after=${marks[2]}`)).status).toBe(400)
})
