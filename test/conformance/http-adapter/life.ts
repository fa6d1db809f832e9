import { afterAll, describe, expect, it, vi } from 'vitest'
import { ask } from '../../support/ask.js'
import type { Host } from '../../support/hosts.js'
import { type Bench, counts } from '../http-adapter.js'

/** Registering, starting, stopping. */
export function lifeCases({ host, report, start, open, read, reader, redis, newService }: Bench): void {
  it('counts a request once however often it is registered', async () => {
    const reported = await report({ registrations: 3 }, async ({ port }, service) => {
      await ask(port, '/users/1')
      await ask(port, '/fail/sync')
      const figures = async () => (await reader().nodes()).nodes.find((node) => node.service === service)?.heartbeat
      await vi.waitFor(async () => expect((await figures())?.requests?.inFlight).toBe(0), { timeout: 5_000 })
    })
    expect(counts(reported)).toEqual({ 'GET /users/:id': 1, 'GET /fail/sync': 1 })
    expect(reported.exceptions).toHaveLength(1)
  })

  it('starts again in the same process after it was stopped', async () => {
    const options = { service: newService() }
    await report({ options }, ({ port }) => ask(port, '/plain'))
    const reported = await report({ options }, ({ port }) => ask(port, '/plain'))
    expect(counts(reported)).toEqual({ 'GET /plain': 2 })
  })

  it('keeps the apps of one process apart', async () => {
    const services = [newService(), newService()]
    const apps = await Promise.all(services.map((service) => open({ options: { service } })))
    const [first, second] = apps
    await Promise.all([
      ask(first?.port ?? 0, '/plain'),
      ask(second?.port ?? 0, '/users/1'),
      ask(second?.port ?? 0, '/fail/sync'),
    ])
    await first?.close()
    await ask(second?.port ?? 0, '/plain')
    await second?.close()
    const [one, other] = await Promise.all(services.map(read))
    expect(one && counts(one)).toEqual({ 'GET /plain': 1 })
    expect(other && counts(other)).toEqual({ 'GET /users/:id': 1, 'GET /fail/sync': 1, 'GET /plain': 1 })
    expect([one?.exceptions.length, other?.exceptions.length]).toEqual([0, 1])
  })

  // Deno's own modules need it.
  const states = host.runtime === 'deno' ? (['replaced'] as const) : (['gone', 'replaced'] as const)
  describe('measures as ever where the global performance', () => {
    let own: Promise<Host> | null = null
    afterAll(async () => (await own)?.end())

    it.each(states)('is %s', async (performance) => {
      own ??= start({})
      const options = { redis: redis().url, interval: 100, service: newService(), slow: 150 }
      const app = await (await own).open({ options, performance })
      await ask(app.port, '/slow/200')
      await app.close()
      const { slow } = await read(options.service)
      expect(slow).toMatchObject([{ name: 'GET /slow/:ms', durationMs: expect.any(Number) }])
    })
  })

  it('beats while the app lives and says good-bye when it ends', async () => {
    const nodes = async (service: string) => (await reader().nodes()).nodes.filter((node) => node.service === service)
    let name = ''
    await report({}, async ({ port }, service) => {
      name = service
      await ask(port, '/plain')
      await vi.waitFor(async () => expect(counts(await read(service))).toEqual({ 'GET /plain': 1 }), { timeout: 5_000 })
      const [node] = await nodes(service)
      expect(node?.heartbeat?.runtime.framework).toBe(host.framework)
    })
    expect(await nodes(name)).toEqual([])
  })
}
