import { setTimeout as wait } from 'node:timers/promises'
import { expect, vi } from 'vitest'
import { redisStore } from '../../src/stores/redis/index.js'
import { ask } from '../support/ask.js'
import { recordedBy } from '../support/recorded.js'
import { startRedisSentinel } from '../support/redis-sentinel.js'
import type { Row, Runtime } from './cells.js'
import { startApp } from './running-app.js'

/** An app that reports by way of Sentinels goes on through the death of the master, and every request is counted once. */
export async function checkFailover(runtime: Runtime, { app, set }: Row, service: string): Promise<void> {
  const sentinel = await startRedisSentinel()
  const reader = redisStore({ redis: sentinel.replica.url })
  const running = await startApp(runtime, set, app, { service, redis: sentinel.options })
  const traffic = startTraffic(running.port ?? 0)
  const counted = async () => (await recordedBy(reader, service)).routes.get('GET /users/:id')?.count ?? 0
  try {
    // The replica has reports before, so that what it has after is the sum of both.
    await vi.waitFor(async () => expect(await counted()).toBeGreaterThan(0))
    await sentinel.failOver()
    const then = Date.now()
    await vi.waitFor(
      async () => {
        const { nodes } = await reader.nodes()
        expect(nodes.find((node) => node.service === service)?.heartbeat?.timestamp).toBeGreaterThan(then)
      },
      { timeout: 20_000 },
    )
    const { asked, refused } = await traffic.stop()
    expect(refused).toBe(0)
    expect(await running.end(), running.output()).toBe(0)
    expect(await counted()).toBe(asked)
  } finally {
    await traffic.stop()
    running.kill()
    await reader.close()
    await sentinel.stop()
  }
}

/** One request after the other until it is stopped. */
function startTraffic(port: number) {
  const counts = { asked: 0, refused: 0 }
  let isOver = false
  const run = async () => {
    while (!isOver) {
      counts.asked += 1
      const status = await ask(port, `/users/${counts.asked}`).then(
        (answer) => answer.status,
        () => 0,
      )
      if (status !== 200) counts.refused += 1
      await wait(10)
    }
    return counts
  }
  const ended = run()
  return {
    stop() {
      isOver = true
      return ended
    },
  }
}
