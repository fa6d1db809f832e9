import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { useBench } from '../conformance/http-adapter.js'
import { ask } from '../support/ask.js'
import { isWhole } from '../support/extent.js'

const FROZEN_MS = 1_500
/** How late a timer may be due on an idle loop: what is frozen before is not certain. */
const UNCERTAIN_MS = 600
/** How often a block is made: a delay that is lost now and then shows by many. */
const ROUNDS = isWhole ? 8 : 4

describe('the slow entry of a request', () => {
  const bench = useBench({
    file: 'fastify5/server.mjs',
    framework: 'fastify',
    guarded: '',
    mounted: '',
    unparsable: '',
  })

  it('tells of a freeze of the whole process while it waited', async () => {
    const host = await bench.start({})
    const service = bench.newService()
    const app = await host.open({ options: { redis: bench.redis().url, service, interval: 200, slow: 1_000 } })
    const asked = ask(app.port, '/slow/2500')
    await vi.waitFor(async () => {
      const { nodes } = await bench.reader().nodes()
      expect(nodes.find((node) => node.service === service)?.heartbeat?.requests?.inFlight).toBe(1)
    }, 5_000)
    process.kill(host.pid, 'SIGSTOP')
    await wait(FROZEN_MS)
    process.kill(host.pid, 'SIGCONT')
    await asked
    await app.close()
    await host.end()
    const { slow } = await bench.read(service)
    const { durationMs, meta } = slow[0] ?? {}
    expect(meta?.loopBlockedMs).toBeGreaterThan(FROZEN_MS - UNCERTAIN_MS)
    expect(meta?.loopBlockedMs).toBeLessThanOrEqual(durationMs ?? 0)
  })

  it('tells of a block that is the whole of the very first request, and of one right before the answer', async () => {
    const { slow } = await bench.report({ options: { slow: 500 } }, async ({ port }) => {
      await ask(port, '/blocked/0/1500')
      await ask(port, '/blocked/333/1500')
    })
    expect(slow).toHaveLength(2)
    for (const { durationMs, meta } of slow) {
      expect(meta.loopBlockedMs).toBeGreaterThan(1_400)
      expect(meta.loopBlockedMs).toBeLessThanOrEqual(durationMs)
    }
  })
})

describe('the longest delay of the event loop', () => {
  const { report, reader } = useBench({
    file: 'fastify5/server.mjs',
    framework: 'fastify',
    guarded: '',
    mounted: '',
    unparsable: '',
  })

  it('is that of a block among the many turns of light traffic, each time', async () => {
    await report({ options: { interval: 500 } }, async ({ port }, service) => {
      const beat = async () => (await reader().nodes()).nodes.find((node) => node.service === service)?.heartbeat
      const trafficUntil = async (isOver: () => Promise<boolean>) => {
        do {
          await ask(port, '/plain')
          await wait(30)
        } while (!(await isOver()))
      }
      for (let round = 0; round < ROUNDS; round += 1) {
        const before = (await beat())?.timestamp ?? 0
        await trafficUntil(async () => ((await beat())?.timestamp ?? 0) > before)
        for (const _ of Array(6)) await ask(port, '/plain')
        await ask(port, '/blocked/0/100')
        const { timestamp = 0 } = (await beat()) ?? {}
        await trafficUntil(async () => ((await beat())?.timestamp ?? 0) > timestamp)
        expect((await beat())?.eventLoop?.max).toBeGreaterThan(90)
      }
    })
  })
})
