import { closeSync, openSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Framework, startChild } from './child.js'
import { type App, type Bench, held } from './held.js'
import { faultsOf } from './table.js'
import { ORDINARY, trafficOf } from './traffic.js'
import { startWorld, type World } from './world.js'

/** Short, so that a fault lasts some of them. */
const INTERVAL_MS = 200
/** Up to three writes that are given up after 2 s each, twice. */
const TIMEOUT_MS = 240_000

/** An app of a framework that goes through one fault after another, each time as if Quasar were not there. */
export function faultSuite(framework: Framework): void {
  describe(framework, () => {
    const ends: (() => unknown)[] = []
    let world: World
    let bench: Bench

    /** @param quasar where its lines go; null for an app without it */
    async function open(name: string, quasar: 'kept' | 'console' | null, sink?: number): Promise<App> {
      const queue = { name, port: world.queues.port }
      const options = { service: name, redis: world.url, interval: INTERVAL_MS }
      const logger = quasar === 'console' ? { logger: quasar } : {}
      const child = await startChild({ framework, queue, quasar: quasar && { ...options, ...logger } }, sink)
      ends.push(child.kill)
      const traffic = trafficOf(framework, queue)
      ends.push(traffic.end)
      return { child, ask: (questions) => traffic.ask(child, questions) }
    }

    beforeAll(async () => {
      world = await startWorld()
      const [app, bare] = await Promise.all([open('watched', 'kept'), open('bare', null)])
      bench = { world, service: 'watched', app, bare, asked: 0 }
    })
    afterAll(async () => {
      for (const end of ends.splice(0).reverse()) await end()
      await world?.end()
    })

    it.each(faultsOf(framework).map((fault) => [fault.name, fault] as const))(
      '%s',
      (_name, fault) => held(bench, fault),
      TIMEOUT_MS,
    )

    it('dies of its own error as without Quasar, while Redis hangs', async () => {
      world.server().pause()
      const [bare, watched] = await Promise.all([bench.bare.child.finish('crash'), bench.app.child.finish('crash')])
      world.server().resume()
      expect(watched).toEqual(bare)
      expect(watched.code).toBe(1)
    })

    it('runs and ends well on a disk that is full, without a Redis', async () => {
      const full = openSync('/dev/full', 'w')
      await world.server().kill()
      const app = await open('full', 'console', full)
      closeSync(full)
      const bare = await open('bare-again', null)
      expect(await app.ask(ORDINARY)).toEqual(await bare.ask(ORDINARY))
      // It tried to say so where nothing can be written.
      await vi.waitFor(async () => expect((await app.child.status()).error).not.toBeNull())
      expect(await app.child.finish('close')).toEqual(await bare.child.finish('close'))
      await world.startAgain()
    })
  })
}
