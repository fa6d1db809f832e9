// The archive's thread as Zenith has it or, with `words: 'own'`, with words of the benchmark's own and without masking: what the database
// takes is measured.
import { parentPort, workerData } from 'node:worker_threads'
import { fromModules } from '../shared/dist.mjs'
import { termsOf } from './samples.mjs'

const { serveArchive } = await fromModules('archive/thread/serve-archive.js')
const { sqliteDriver } = await fromModules('archive/sqlite/driver.js')
const { createPreparer } = await fromModules('archiver/prepare/preparer.js')
const { postgresDriver } = await fromModules('archive/postgres/index.js')

const { words, ...place } = workerData
const driver = place.url ? postgresDriver(place) : sqliteDriver(place)
// Beside the archive's own methods: CPU of this thread, µs.
let cpuUs = 0
let prepareUs = 0
const measured = {
  ...driver,
  async write(batch) {
    const before = process.threadCpuUsage?.() ?? process.cpuUsage()
    try {
      return await driver.write(batch)
    } finally {
      const after = process.threadCpuUsage?.() ?? process.cpuUsage()
      cpuUs += after.user + after.system - before.user - before.system
    }
  },
  status: async () => ({ ...(await driver.status()), cpuUs, prepareUs }),
}
serveArchive(parentPort, measured, (tokens) => {
  const prepare = words === 'own' ? prepareAlone : createPreparer({ tokens })
  return async (jobs) => {
    const from = performance.now()
    const prepared = await prepare(jobs)
    prepareUs += 1_000 * (performance.now() - from)
    return prepared
  }
})

function prepareAlone(jobs) {
  return jobs.map((job) => ({
    ...job,
    payload: job.payload && { text: job.payload.text, isCut: false },
    terms: job.payload ? termsOf(job.payload.text) : [],
  }))
}
