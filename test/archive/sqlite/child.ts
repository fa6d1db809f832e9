// A process that works on an archive, in whichever runtime: `fill DIR BATCHES`, `count DIR`, `hold DIR`,
// `forget DIR`.

import { sqliteDriver } from '../../../src/archive/sqlite/driver.js'
import { loadBinding } from '../../../src/sql/sqlite/binding.js'
import { allAttempts, batchAt, STREAM } from './batches.js'

const [command, dir = '', batches = '0'] = process.argv.slice(2)
const driver = sqliteDriver({ dir })

const commands: Record<string, () => Promise<void>> = {
  async fill() {
    for (;;) {
      const done = Number((await driver.cursor(STREAM)) ?? '0')
      if (done >= Number(batches)) break
      await driver.write(batchAt(done))
      process.stdout.write(`${done + 1}\n`)
    }
    await driver.close()
  },
  async count() {
    const attempts = await allAttempts(driver)
    process.stdout.write(`${attempts.length} jobs by ${(await loadBinding('The test')).name}\n`)
    await driver.close()
  },
  async forget() {
    await driver.open()
    process.stdout.write('open\n')
    const term = { by: 'term', term: 'every', isPrefix: false, isNot: false } as const
    await driver.forget({ from: 0, to: Number.MAX_SAFE_INTEGER, conditions: [term] })
    await driver.close()
  },
  async hold() {
    await driver.open()
    process.stdout.write('open\n')
    setInterval(() => {}, 60_000)
  },
}

commands[command ?? '']?.().catch((error) => process.stdout.write(`${error.code}: ${error.message}\n`))
