// An app of one framework, watched by Quasar or bare, which a test drives by messages. FAULT_APP tells what it is, as JSON.
import { startQuasar } from '@gravito/quasar'
import { faults } from './toggles.mjs'

const setup = JSON.parse(process.env.FAULT_APP)
const { openApp } = await import(`./${setup.framework}.mjs`)

/** What Quasar said, and how many reports were over then: it says so while it ends the next. */
const lines = []
const keptLogger = Object.fromEntries(
  ['info', 'warn', 'error'].map((level) => [
    level,
    (text) => {
      lines.push({ text, reports: quasar.status().reports })
      if (faults.has('logger')) throw new Error('the logger is broken')
    },
  ]),
)

function redact(record) {
  if (faults.has('redact')) throw new Error('redact is broken')
  return record
}

const isBare = setup.quasar === null
const { logger: sink, ...given } = setup.quasar ?? {}
const options = isBare ? null : { ...given, redact, ...(sink === 'console' ? {} : { logger: keptLogger }) }
// Another share in the recorder of the integration: the same service and store.
const quasar = isBare ? null : startQuasar(options)
const app = await openApp({ ...setup, options })

/** What is held for good: garbage is collected first. */
async function heapUsed() {
  for (let round = 0; round < 3; round++) {
    globalThis.gc()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return process.memoryUsage().heapUsed
}

const commands = {
  hello: () => app.port,
  status: () => quasar.status(),
  lines: () => lines,
  heapUsed,
  toggle({ fault, isOn }) {
    if (isOn) faults.add(fault)
    else faults.delete(fault)
  },
  flood({ count }) {
    for (let number = 0; number < count; number++) quasar.captureException(new Error(`flood ${number}`))
  },
  async close() {
    process.off('message', onMessage)
    await app.close()
    await quasar?.stop()
    process.disconnect()
  },
  crash() {
    setImmediate(() => {
      throw new Error('the app crashed')
    })
  },
}

async function onMessage({ id, command, args }) {
  try {
    const value = (await commands[command](args)) ?? null
    if (process.connected) process.send({ id, value })
  } catch (error) {
    if (process.connected) process.send({ id, error: String(error?.stack ?? error) })
  }
}
process.on('message', onMessage)
