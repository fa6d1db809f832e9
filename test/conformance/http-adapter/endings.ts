import { Agent } from 'node:http'
import { expect, it, vi } from 'vitest'
import { STREAM_MS } from '../../hosts/shared/host.mjs'
import { ask, giveUp, headersOf } from '../../support/ask.js'
import { type Bench, counts } from '../http-adapter.js'

const PATIENCE = { timeout: 5_000 }

/** A request ends when its response does, and not before. */
export function endingCases({ host, report, read, reader }: Bench): void {
  /** As the last heartbeat said. */
  const inFlight = async (service: string) =>
    (await reader().nodes()).nodes.find((node) => node.service === service)?.heartbeat?.requests?.inFlight

  it('counts a client that goes away before the answer as aborted', async () => {
    const reported = await report({}, async ({ port }, service) => {
      await giveUp(port, '/hang', () => vi.waitFor(async () => expect(await inFlight(service)).toBe(1), PATIENCE))
      await vi.waitFor(async () => expect((await read(service)).routes.get('GET /hang')?.aborted).toBe(1), {
        timeout: 5_000,
      })
      await vi.waitFor(async () => expect(await inFlight(service)).toBe(0), PATIENCE)
    })
    expect(reported.routes.get('GET /hang')).toMatchObject({
      count: 1,
      aborted: 1,
      errors: 0,
      classes: [0, 0, 0, 1, 0],
    })
    expect(reported.exceptions).toEqual([])
  })

  it.skipIf(host.untold?.includes('left in the upload'))(
    'counts each client that goes away in the middle of its upload as aborted',
    async () => {
      const reported = await report({}, async ({ port }, service) => {
        for (const count of [1, 2]) {
          await giveUp(
            port,
            '/orders',
            () => vi.waitFor(async () => expect(await inFlight(service)).toBe(1), PATIENCE),
            {
              method: 'POST',
              body: '{"sku":',
              headers: { 'content-length': '1000' },
            },
          )
          const aborted = async () => (await read(service)).routes.get(host.unparsable)?.aborted
          await vi.waitFor(async () => expect(await aborted()).toBe(count), PATIENCE)
        }
      })
      expect(counts(reported)).toEqual({ [host.unparsable]: 2 })
      expect(reported.exceptions).toEqual([])
    },
  )

  it.skipIf(host.untold?.includes('left in the body'))(
    'counts a client that goes away in the middle of a body as aborted, not as 200',
    async () => {
      const reported = await report({}, async ({ port }, service) => {
        const response = await headersOf(port, '/drip')
        expect(response.statusCode).toBe(200)
        response.once('error', () => {})
        response.destroy()
        await vi.waitFor(async () => expect((await read(service)).routes.size).toBe(1), PATIENCE)
      })
      expect(reported.routes.get('GET /drip')).toMatchObject({ count: 1, aborted: 1, classes: [0, 0, 0, 1, 0] })
    },
  )

  it.skipIf(host.untold?.includes('last byte'))('measures a streamed body to its last byte', async () => {
    const reported = await report({}, async ({ port }) => {
      expect((await ask(port, '/stream')).text).toBe('onetwo')
    })
    const stream = reported.routes.get('GET /stream')
    expect(stream).toMatchObject({ count: 1, aborted: 0, classes: [0, 1, 0, 0, 0] })
    // The sketch is true within 2 %.
    expect(stream?.durations.quantile(1)).toBeGreaterThan(STREAM_MS * 0.95)
  })

  it('ends a request with its response, while its connection stays open', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    await report({}, async ({ port }, service) => {
      await ask(port, '/plain', { agent })
      await vi.waitFor(async () => expect(counts(await read(service))).toEqual({ 'GET /plain': 1 }), PATIENCE)
      agent.destroy()
    })
  })

  it('counts every request of one connection', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ports = new Set<number | undefined>()
    const reported = await report({}, async ({ port }) => {
      for (let count = 0; count < 40; count++) {
        const response = await headersOf(port, count % 2 ? '/plain' : '/users/1', { agent })
        ports.add(response.socket.localPort)
        response.resume()
        await new Promise((resolve) => response.once('end', resolve))
      }
      agent.destroy()
    })
    expect(ports.size).toBe(1)
    expect(counts(reported)).toEqual({ 'GET /plain': 20, 'GET /users/:id': 20 })
    expect(reported.routes.get('GET /plain')?.aborted).toBe(0)
  })
}
