import { workerData } from 'node:worker_threads'
import { startQuasar } from '@gravito/quasar'

const quasar = startQuasar()

/** One task of a pool: it follows itself as a job, and ends as it is asked to. */
export default async function task({ name = 'task', waitMs = 0, how = 'returns' }) {
  if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
  return quasar.run(name, () => {
    if (how === 'throws') throw new Error('in a task')
    if (how === 'exits') setImmediate(() => process.exit(0))
    return workerData ? 1 : 2
  })
}
