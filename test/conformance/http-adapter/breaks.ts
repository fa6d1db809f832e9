import { expect, it, vi } from 'vitest'
import { ask, askInVain } from '../../support/ask.js'
import type { AppConfig } from '../../support/hosts.js'
import type { Bench, Reported } from '../http-adapter.js'

/** Nest 10 on Express ends a torn file as if it were whole. */
const askAnyhow = async (port: number, path: string) => void (await ask(port, path).catch(() => {}))

/** Answers that the server breaks off: errors, and never clients that went away. */
export function breakCases({ host, report, read }: Bench): void {
  /** The client may know it before the server has closed the connection. */
  const reportBroken = (config: AppConfig, path: string, use = askInVain) =>
    report(config, async ({ port }, service) => {
      await use(port, path)
      await vi.waitFor(async () => expect((await read(service)).routes.size).toBe(1), { timeout: 5_000 })
    })

  const isBroken = (reported: Reported, key: string) =>
    expect(reported.routes.get(key)).toMatchObject({ count: 1, aborted: 0, errors: 1, classes: [0, 0, 0, 0, 1] })

  const told: Record<string, string[]> = {
    destroy: ['destroyed'],
    pipeline: ['torn'],
    pipe: ['torn'],
    socket: [],
    // A connection of HTTP/2 can't be closed on one side.
    ...(host.http2 ? {} : { half: [] }),
  }
  it.each(Object.entries(told))('counts an answer that the app breaks off (%s) as an error', async (how, messages) => {
    const reported = await reportBroken({}, `/broken/${how}`)
    isBroken(reported, 'GET /broken/:how')
    expect(reported.exceptions.map(({ message }) => message)).toEqual(messages)
  })

  // Fastify gives the sessions of HTTP/2 a time-out of its own.
  it.skipIf(host.http2 && host.framework !== 'hono')(
    "counts an answer that takes longer than the server's timeout as an error",
    async () => {
      for (const [path, key] of [
        ['/hang', 'GET /hang'],
        ['/broken/hang', 'GET /broken/:how'],
      ] as const) {
        const reported = await reportBroken({ timeout: 200 }, path)
        isBroken(reported, key)
        expect(reported.exceptions).toEqual([])
      }
    },
  )

  it.each([false, true])(
    'reports what a body fails with (with an error handler of the app: %s)',
    async (errorHandler) => {
      const reported = await reportBroken({ errorHandler }, '/torn', askAnyhow)
      isBroken(reported, 'GET /torn')
      expect(reported.exceptions).toMatchObject([{ name: 'OrderError', message: 'torn', route: 'GET /torn' }])
    },
  )
}
