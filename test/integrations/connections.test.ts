import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import type { Overview } from '../../src/api/overview.js'
import { createZenith } from '../../src/runtime/create-zenith.js'
import { type HttpHost, useBench } from '../conformance/http-adapter.js'
import { ask } from '../support/ask.js'
import { closeSocket, openSocket } from '../support/sockets.js'

const traits = { guarded: '', mounted: '', unparsable: '' }
const hosts: HttpHost[] = [
  { file: 'express5/server.mjs', framework: 'express', ...traits },
  { file: 'fastify5/server.mjs', framework: 'fastify', ...traits },
]

/** Longer than twice the default threshold of slow requests. */
const HELD_MS = 2_500

describe.each(hosts)('Zenith, for a service with WebSockets on $framework', (host) => {
  const { report, redis, newService } = useBench(host)

  it('shows what is open, and a health that sockets cost nothing', async () => {
    const service = newService()
    await report({ variant: 'sockets', options: { service } }, async ({ port }) => {
      const zenith = createZenith({ redis: redis().url, auth: () => true, interval: 200 })
      const overview = async () =>
        (await (await zenith.fetch(new Request('http://localhost/api/overview'))).json()) as Overview
      const nodeOf = async () => (await overview()).nodes.find((node) => node.service === service)
      const healthOf = async () => (await overview()).services.find((one) => one.service === service)?.health
      try {
        const sockets = await Promise.all(Array.from({ length: 12 }, () => openSocket(port, '/ws/1')))
        await vi.waitFor(async () => expect((await nodeOf())?.heartbeat?.connections?.open).toBe(12), 30_000)
        await wait(HELD_MS)
        await Promise.all(sockets.map((socket) => closeSocket(socket, 'close')))
        await vi.waitFor(async () => {
          expect((await ask(port, '/plain')).status).toBe(200)
          expect((await nodeOf())?.heartbeat?.connections?.open).toBe(0)
          expect((await overview()).services.find((one) => one.service === service)?.requests?.rate).toBeGreaterThan(0)
        }, 30_000)
        // A busy machine delays the loop, whatever the sockets do.
        const reasons = (await healthOf())?.reasons.filter(({ text }) => !/event loop|CPU quota/.test(text))
        expect(reasons).toEqual([])
      } finally {
        await zenith.close()
      }
    })
  })
})
