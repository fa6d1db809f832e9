import { expect, it, vi } from 'vitest'
import { ask, headersOf } from '../../support/ask.js'
import { watchCommands } from '../../support/redis-commands.js'
import { closeSocket, openSocket, openSocketIo, refusalOf } from '../../support/sockets.js'
import { type Bench, counts } from '../http-adapter.js'

/** Everything here lasts longer. */
const options = { slow: 100 }

/** What lasts as long as a client listens is a connection, and no request that is slow, old or left. */
export function connectionCases({ host, report, reader, redis }: Bench): void {
  const beat = async (service: string) =>
    (await reader().nodes()).nodes.find((node) => node.service === service)?.heartbeat ?? null

  const open = (service: string, count: number) =>
    vi.waitFor(async () => expect((await beat(service))?.connections?.open).toBe(count))

  const isIdle = async (service: string) =>
    expect((await beat(service))?.requests ?? { inFlight: 0, oldestMs: null }).toMatchObject({
      inFlight: 0,
      oldestMs: null,
    })

  /** Adds up what every heartbeat says was opened: Redis tells of each, however late this process reads it. */
  async function openings(service: string) {
    let total = 0
    const end = await watchCommands(redis().port, (line) => {
      const isBeat = line.includes(' "set" ') && line.includes(`:node:${service}:`)
      if (isBeat) total += Number(/\\"opened\\":(\d+)/.exec(line)?.[1] ?? 0)
    })
    return {
      async are(count: number) {
        await vi.waitFor(() => expect(total).toBe(count))
        end()
      },
    }
  }

  it('has no figure of connections where there never was one', async () => {
    await report({}, async ({ port }, service) => {
      await ask(port, '/plain')
      await vi.waitFor(async () => expect((await beat(service))?.requests).toBeTruthy())
      expect((await beat(service))?.connections).toBeNull()
    })
  })

  it.skipIf(host.http2)('counts WebSockets as connections, whoever closes them', async () => {
    const reported = await report({ variant: 'sockets', options }, async ({ port }, service) => {
      const opened = await openings(service)
      const sockets = await Promise.all([1, 2, 3, 4].map(() => openSocket(port, '/ws/1')))
      await open(service, 4)
      await isIdle(service)
      await closeSocket(sockets[0] as never, 'close')
      await closeSocket(sockets[1] as never, 'terminate')
      await closeSocket(sockets[2] as never, 'by the server')
      // The last one is open when the app closes.
      await open(service, 1)
      await opened.are(4)
    })
    expect(counts(reported)).toEqual({})
    expect([reported.slow, reported.exceptions]).toEqual([[], []])
  })

  it.skipIf(host.http2)('counts a WebSocket that is refused as a request with its status', async () => {
    const { routes, slow } = await report(
      { variant: 'sockets', options: { slow: 60_000 } },
      async ({ port }, service) => {
        expect(await refusalOf(port, '/refused')).toBe(host.refusal ?? 401)
        await vi.waitFor(async () => expect((await beat(service))?.requests).toBeTruthy())
        expect((await beat(service))?.connections).toBeNull()
      },
    )
    expect([...routes.keys()]).toEqual([host.refused ?? '(unmatched)'])
    expect([...routes.values()]).toMatchObject([{ count: 1, aborted: 0, errors: 0, classes: [0, 0, 0, 1, 0] }])
    expect(slow).toEqual([])
  })

  it('counts event streams as connections, whoever ends them', async () => {
    const { routes, slow } = await report(
      { variant: host.http2 ? 'events' : 'sockets', options },
      async ({ port }, service) => {
        const stream = await headersOf(port, '/events', { headers: { accept: 'text/event-stream' } })
        expect(stream.headers['content-type']).toMatch(/^text\/event-stream/)
        await open(service, 1)
        await ask(port, '/events/end')
        await isIdle(service)
        stream.once('error', () => {})
        stream.destroy()
        await open(service, 0)
      },
    )
    for (const key of ['GET /events', 'GET /events/end']) {
      expect(routes.get(key)).toMatchObject({ count: 1, aborted: 0, errors: 0, classes: [0, 1, 0, 0, 0] })
      expect(routes.get(key)?.durations.count).toBe(0)
    }
    expect(slow).toEqual([])
  })

  it.skipIf(host.http2).each([[['polling']], [['websocket']], [['polling', 'websocket']]])(
    'counts a client of Socket.IO by %j as one connection',
    async (transports) => {
      const reported = await report({ variant: 'socket.io', options }, async ({ port }, service) => {
        const opened = await openings(service)
        const client = await openSocketIo(port, transports)
        await open(service, 1)
        // Longer than slow.
        await client.emitWithAck('slow')
        await client.emitWithAck('slow')
        await isIdle(service)
        client.disconnect()
        await open(service, 0)
        await opened.are(1)
      })
      expect(counts(reported)).toEqual({})
      expect(reported.slow).toEqual([])
    },
  )

  it.skipIf(host.http2)('counts a poll of Socket.IO that is refused as a request with its status', async () => {
    const { routes } = await report({ variant: 'socket.io' }, async ({ port }, service) => {
      const path = '/socket.io/?EIO=4&transport=polling'
      expect((await ask(port, path, { headers: { 'x-name': 'nobody' } })).status).toBe(403)
      expect((await ask(port, `${path}&sid=unknown`)).status).toBe(400)
      await vi.waitFor(async () => expect((await beat(service))?.requests).toBeTruthy())
    })
    expect(routes.get('(unmatched)')).toMatchObject({ count: 2, aborted: 0, classes: [0, 0, 0, 2, 0] })
  })
}
