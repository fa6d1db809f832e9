/**
 * An app with a pool of threads. It does what it is sent: `{ tasks, options }` runs tasks and answers with the number of
 * threads, `'close'` ends the pool and the app.
 */
import { fileURLToPath } from 'node:url'

const [library, threads, idleTimeout] = process.argv.slice(2)
if (process.env.WATCHED !== '') {
  const { startQuasar } = await import('@gravito/quasar')
  startQuasar({ service: process.env.MAIN_SERVICE })
}
const { default: Pool } = await import(library)
const filename = fileURLToPath(new URL('./task.mjs', import.meta.url))
const limits = { minThreads: 1, maxThreads: Number(threads), idleTimeout: Number(idleTimeout) }
const pool = new Pool({
  filename,
  ...limits,
  concurrentTasksPerWorker: 1,
  resourceLimits: { maxOldGenerationSizeMb: 48 },
})

process.on('message', async (message) => {
  if (message === 'close') {
    await pool.destroy()
    return process.disconnect()
  }
  const runs = Array.from({ length: message.tasks }, () => pool.run(message.options ?? {}).catch(() => {}))
  await Promise.all(runs)
  process.send({ threads: pool.threads.length })
})
process.send('ready')
