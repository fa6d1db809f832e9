import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RecordListing } from '../../src/api/part.js'
import type { ServiceDetail } from '../../src/api/services.js'
import { sqliteDriver } from '../../src/archive/sqlite/driver.js'
import { TrafficBucket } from '../../src/archiver/figures/traffic-bucket.js'
import type { SlowEntry } from '../../src/protocol/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { inlineArchive } from '../support/inline-archive.js'
import { askApi } from './support/api.js'
import { ms } from './support/figures.js'
import { beatOf, exceptionOf, report, rollupOf, slowOf } from './support/records.js'
import { openZenith, seen, serviceOf } from './support/zenith.js'

const MINUTE = 60_000
/** A day has so long steps, ms. */
const STEP = 10 * MINUTE

describe('a service over a time that only the archive has', () => {
  let dir: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'quasar-archived-'))
  })
  afterEach(() => rm(dir, { recursive: true, force: true }))

  /** A Zenith whose archive has a service of two hours ago, with two slow requests and an exception. */
  async function zenithWith(reporting: readonly string[]) {
    const archive = inlineArchive(sqliteDriver({ dir }))
    await archive.open()
    const from = Math.floor((Date.now() - 2 * 60 * MINUTE) / STEP) * STEP
    const bucket = new TrafficBucket()
    const rollup = rollupOf('web-1', from, from + STEP, [{ key: 'GET /a', durations: ms(1, 20), errors: 2 }])
    bucket.add(rollup, { start: 0, end: 1, isFirst: true, hasMiddle: true })
    const slow = [slowOf('shop', 'web-1'), slowOf('shop', 'web-2')]
    const at = from + MINUTE
    const record = (kind: 'slow' | 'exception', id: string, body: object) => {
      return { kind, id, at, service: 'shop', name: 'GET /slow', body: JSON.stringify({ ...body, ts: at }) }
    }
    await archive.write({
      cursor: { stream: 'history:shop', expected: null, next: '1' },
      figures: [{ kind: 'traffic', scope: 'shop', step: STEP, from, body: bucket.encode() }],
      records: [
        ...slow.map((one, index) => record('slow', `s${index}`, one)),
        record('exception', 'e1', exceptionOf('shop', 'web-1')),
      ],
    })
    const store = memoryStore()
    for (const service of reporting) await report(store, beatOf(service, 'web-1'))
    return openZenith({ store, archive })
  }

  const past = {
    ...{ service: 'shop', period: '24h', step: STEP, requests: { count: 20, errorRate: 10 } },
    ...{ routes: [{ key: 'GET /a', count: 20 }], slow: [{ node: 'web-1' }, { node: 'web-2' }] },
    ...{ exceptions: [{ service: 'shop', count: 1 }] },
  }

  it('has figures and records of the archive, and its nodes and state as they are now', async () => {
    const zenith = await zenithWith(['shop'])
    await seen(zenith, (overview) => serviceOf(overview, 'shop'))
    const { body } = await askApi<ServiceDetail>(zenith, '/api/services/shop?period=24h')
    expect({ ...body, slow: body.slow.toSorted((a, b) => (a.node < b.node ? -1 : 1)) }).toMatchObject(past)
    expect(body).toMatchObject({ view: { service: 'shop', nodes: { live: 1 } }, nodes: [{ id: 'web-1' }] })
    expect(body).not.toHaveProperty('partial')
    const { body: slow } = await askApi<RecordListing<SlowEntry>>(zenith, '/api/slow?period=24h')
    expect(slow).toMatchObject({ total: 2 })
    expect(slow).not.toHaveProperty('since')
  })

  it('has no state and no nodes if it does not run any more', async () => {
    const zenith = await zenithWith([])
    const { body } = await askApi<ServiceDetail>(zenith, '/api/services/shop?period=24h')
    expect(body).toMatchObject({ service: 'shop', view: null, nodes: [], requests: { count: 20 } })
  })

  it('is not found if it never reported, and needs an archive', async () => {
    const zenith = await zenithWith([])
    expect(await askApi(zenith, '/api/services/other?period=24h')).toMatchObject({ status: 404 })
    const without = openZenith({ store: memoryStore() })
    const refused = await askApi(without, '/api/services/shop?period=7d')
    expect(refused).toMatchObject({ status: 409, body: { error: { code: 'no_archive' } } })
  })
})
