import { startQuasar } from '@gravito/quasar'

const quasar = startQuasar()
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** What a thread does after its task, by name. Once the task has returned, Piscina parks it. */
const ends = {
  exits: () => process.exit(0),
  crashes() {
    setImmediate(() => {
      throw new Error('in a thread')
    })
    return pause(10_000)
  },
  'runs out of memory'() {
    const kept = []
    while (true) kept.push(new Array(100_000).fill({}))
  },
}

/** One task of a pool: it follows itself as a job. */
export default async function task({ name = 'task', waitMs = 0, how = 'returns' }) {
  if (waitMs > 0) await pause(waitMs)
  quasar.run(name, () => {
    if (how === 'throws') throw new Error('in a task')
  })
  await ends[how]?.()
}
