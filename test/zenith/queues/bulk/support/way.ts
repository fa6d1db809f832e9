import type { TestRedis } from '../../../../support/redis.js'
import { openTunnel } from '../../../../support/redis-proxy.js'

/** A way to the Redis of the queues on which a test steps in at a certain moment. */
export interface Way {
  readonly url: string
  /**
   * Does something once it is time; until it is done nothing more goes to the queues. A test that only looks again and again
   * comes too late where the machine holds it for a moment: the operation has ended by then.
   */
  when(isTime: () => Promise<boolean>, act: () => unknown): Promise<void>
  close(): Promise<void>
}

/** How long it may take until it is time. */
const PATIENCE_MS = 120_000

export async function openWay(redis: TestRedis): Promise<Way> {
  let step: { isTime: () => Promise<boolean>; act: () => unknown; done: () => void; failed: (error: unknown) => void }
  let isWaiting = false
  let passed = Promise.resolve()
  async function check(): Promise<void> {
    if (!isWaiting || !(await step.isTime())) return
    isWaiting = false
    try {
      await step.act()
      step.done()
    } catch (error) {
      step.failed(error)
    }
  }
  const tunnel = await openTunnel(redis.port, (socket, upstream) => {
    upstream.on('data', (chunk) => socket.write(chunk))
    socket.on('data', (chunk) => {
      // One after the other, of whichever connection they are.
      passed = passed.then(check, check).then(() => void upstream.write(chunk))
    })
  })
  return {
    url: `redis://127.0.0.1:${tunnel.port}`,
    async when(isTime, act) {
      let limit: NodeJS.Timeout | undefined
      const happened = new Promise<void>((done, failed) => {
        step = { isTime, act, done, failed }
        isWaiting = true
        limit = setTimeout(failed, PATIENCE_MS, new Error('It never was time'))
      })
      await happened.finally(() => clearTimeout(limit))
    },
    close: tunnel.close,
  }
}
