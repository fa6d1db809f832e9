import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sqliteDriver } from '../../../src/archive/sqlite/driver.js'
import { TrafficBucket } from '../../../src/archiver/figures/traffic-bucket.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { inlineArchive } from '../../support/inline-archive.js'
import { ms } from '../support/figures.js'
import { beatOf, report, rollupOf } from '../support/records.js'
import { asking, rule } from './asking.js'

const MINUTE = 60_000
/** A day has so long steps, ms. */
const STEP = 10 * MINUTE

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quasar-preview-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

/** Three failing steps of the last day, two of them one after the other. */
async function archiveOfADay() {
  const archive = inlineArchive(sqliteDriver({ dir }))
  await archive.open()
  const begin = Math.floor((Date.now() - 6 * 60 * MINUTE) / STEP) * STEP
  const figures = Array.from({ length: 12 }, (_, index) => {
    const from = begin + index * STEP
    const errors = [2, 3, 8].includes(index) ? 15 : 0
    const bucket = new TrafficBucket()
    bucket.add(rollupOf('web-1', from, from + STEP, [{ key: 'GET /a', durations: ms(1, 20), errors }]), {
      ...{ start: 0, end: 1, isFirst: true, hasMiddle: true },
    })
    return { kind: 'traffic' as const, scope: 'shop', step: STEP, from, body: bucket.encode() }
  })
  await archive.write({ cursor: { stream: 'history:shop', expected: null, next: '1' }, figures })
  return archive
}

/** A service that has requests now. */
async function shop() {
  const store = memoryStore()
  const now = Date.now()
  const rollups = [rollupOf('web-1', now - MINUTE, now, [{ key: 'GET /a', durations: ms(1, 20) }])]
  await report(store, beatOf('shop', 'web-1'), { rollups, history: rollups })
  return store
}

describe('a rule is tried', () => {
  it('on a day of the archive', async () => {
    const archive = await archiveOfADay()
    const preview = await asking({ store: await shop(), archive })
    const { body } = await preview(rule('service.errorRate', 50))
    expect(body).toMatchObject({ times: 2, subjects: 1, why: null })
    expect(body.to - body.from).toBe(24 * 60 * MINUTE)
    expect(body.spans.map(({ value }) => value)).toEqual([75, 75])
    expect((await preview(rule('service.errorRate', 90))).body).toMatchObject({ times: 0, spans: [] })
    expect((await preview(rule('service.errorRate', 50, { scope: { services: ['other'] } }))).body).toMatchObject({
      subjects: 0,
    })
  })

  it('on the last hour without an archive, and says so', async () => {
    const preview = await asking({ store: await shop() })
    const { body } = await preview(rule('service.errorRate', 50))
    expect(body).toMatchObject({ times: 0, why: 'Without an archive, Zenith knows the last hour.' })
    expect(body.to - body.from).toBe(60 * MINUTE)
  })

  it('not where there is no history, and with a reason', async () => {
    const preview = await asking({ store: memoryStore() })
    expect((await preview(rule('queue.workers', 50))).body).toMatchObject({
      ...{ times: null, step: null, notes: [] },
      why: expect.stringMatching(/^There is no history of queue.workers \(workers\): /),
    })
    expect(await preview(rule('host.cup', 50))).toMatchObject({ status: 400 })
  })
})
