import { expect, it, onTestFinished } from 'vitest'
import { MAX_SERIES, OTHER, type SeriesRollup } from '../../src/protocol/index.js'
import { leaseRecorder } from '../../src/runtime/start-quasar.js'
import { memoryStore } from '../../src/stores/memory/index.js'

const NAMES = 10_000
const AN_HOUR = 3_600_000

function startReporting() {
  const store = memoryStore()
  const { recorder, release } = leaseRecorder({ service: 'shop', store, interval: AN_HOUR, logger: false }, null)
  onTestFinished(release)
  async function report() {
    await recorder.flush()
    const { records } = await store.rollups({ service: 'shop', since: 0 })
    return { routes: records.flatMap(({ routes }) => routes), jobs: records.flatMap(({ jobs }) => jobs) }
  }
  return { recorder, report }
}

/** As many as fit by their own names, the rest together, none lost. */
function expectCapped(series: readonly SeriesRollup[]): void {
  expect(series).toHaveLength(MAX_SERIES + 1)
  expect(series.find(({ key }) => key === OTHER)?.count).toBe(NAMES - MAX_SERIES)
  expect(series.reduce((sum, { count }) => sum + count, 0)).toBe(NAMES)
}

it('keeps the series of an app that gives every request a route of its own within bounds', async () => {
  const { recorder, report } = startReporting()
  for (let index = 0; index < NAMES; index++) {
    const trace = recorder.requests.begin({ method: 'GET', url: `/items/${index}`, header: () => undefined })
    if (!trace) throw new Error('The request is not followed')
    trace.route = `/items/${index}`
    trace.end(200, false)
  }
  expectCapped((await report()).routes)
})

it('and of one that gives every job a name of its own', async () => {
  const { recorder, report } = startReporting()
  for (let index = 0; index < NAMES; index++) recorder.run(`job-${index}`, () => index)
  expectCapped((await report()).jobs)
})
