import { join } from 'node:path'
import { said } from '../../life-cycle/fleet.js'
import { type Program, startProgram } from '../../support/program.js'

const SOURCE = `
import express from 'express'
import { startQuasar } from '@gravito/quasar'
import { quasar } from '@gravito/quasar/express'
const options = { service: process.env.SERVICE, interval: 1_000, slow: 20, logger: false }
const app = express()
const monitor = quasar(options)
const own = startQuasar(options)
app.use(monitor)
app.get('/ok', (_request, response) => response.send('ok'))
app.get('/slow', (_request, response) => setTimeout(() => response.send('slow'), 60))
app.get('/fail', () => {
  throw new TypeError('broken')
})
app.get('/job', async (_request, response) => response.send(String(await own.run('nightly', async () => 'done'))))
app.use((_error, _request, response, _next) => response.status(500).end())
const server = app.listen(0, '127.0.0.1', () => process.send(server.address().port))
process.once('SIGTERM', async () => {
  await Promise.all([own.stop(), monitor.stop()])
  process.exit(0)
})
`

/** An app on a machine whose clock is off. */
export interface OffApp {
  readonly service: string
  readonly program: Program
  /** Requests: so many that are well, and one each that is slow, fails, and does a job. */
  work(count?: number): Promise<void>
  /** How many of them were well. */
  readonly done: () => number
  /** Sets the clock. @param shift from the right time, ms */
  set(shift: number): void
}

export async function startOffApp(service: string, shift: number, redis: string, env = {}): Promise<OffApp> {
  const program = await startProgram(SOURCE, {
    env: { SERVICE: service, CLOCK_SHIFT: String(shift), QUASAR_REDIS_URL: redis, ...env },
    nodeArgs: ['--import', join(import.meta.dirname, 'shifted.mjs')],
  })
  const port = await said<number>(program)
  const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`).then((response) => response.text())
  let done = 0
  return {
    service,
    program,
    done: () => done,
    async work(count = 20) {
      done += count
      for (let index = 0; index < count; index++) await ask('/ok')
      for (const path of ['/slow', '/fail', '/job']) await ask(path)
    },
    set: (to) => program.child.send({ shift: to }),
  }
}
