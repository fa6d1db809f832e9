import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import { isWhole } from '../support/extent.js'
import { startProgram } from '../support/program.js'
import { FASTIFY, HONO, MEASURE } from './programs.js'

const REQUESTS = isWhole ? 200_000 : 60_000
/** What may be left of so many requests beyond what a bare app leaves, bytes: less than 10 for each, 33 in the short form. */
const MAX_GROWTH = 2_000_000

interface Measured {
  /** Of the heap over all requests, after garbage collection, bytes. */
  growth: number
  /** For one request, bytes. */
  allocated: number
}

/** In a process of its own, so that its memory is nobody else's. */
async function measure(app: string, variant: 'bare' | 'quasar'): Promise<Measured> {
  const env = { TEST_VARIANT: variant, TEST_REQUESTS: `${REQUESTS}` }
  const { child, ended } = await startProgram(app + MEASURE, { env })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const failed = ended.then(({ stderr }) => {
    throw new Error(`The program ended: ${stderr}`)
  })
  failed.catch(() => {})
  const [measured] = await Promise.race([once(child, 'message'), failed])
  return measured as Measured
}

/** With what a request may allocate beyond what it does in a bare app, bytes: several times what it is. */
describe.each([
  { name: 'Hono', app: HONO, maxAllocated: 5_000 },
  { name: 'Fastify over HTTP', app: FASTIFY, maxAllocated: 1_000 },
])('$name', ({ app, maxAllocated }) => {
  it(`allocates little for a request and keeps nothing of ${REQUESTS}`, async () => {
    const bare = await measure(app, 'bare')
    const own = await measure(app, 'quasar')
    expect(own.growth - bare.growth).toBeLessThan(MAX_GROWTH)
    expect(own.allocated - bare.allocated).toBeLessThan(maxAllocated)
  })
})
