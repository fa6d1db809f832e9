import { expect, it } from 'vitest'
import { ask } from '../../support/ask.js'
import type { Bench } from '../http-adapter.js'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'

/** Slow requests, one by one. */
export function slowCases({ report }: Bench): void {
  it('keeps a slow request with its ids, what the process did meanwhile, and no value of its query', async () => {
    const { slow } = await report({ options: { slow: 150 } }, async ({ port }) => {
      await ask(port, '/plain')
      const headers = {
        'x-request-id': 'r-7',
        traceparent: `00-${TRACE_ID}-b7ad6b7169203331-01`,
        cookie: 'session=hidden',
      }
      await ask(port, '/slow/250?token=hidden&page=2', { headers })
    })
    // A machine that is busy makes the other request slow as well, and then it is kept by right.
    for (const { durationMs } of slow) expect(durationMs).toBeGreaterThanOrEqual(150)
    const kept = slow.filter(({ name }) => name === 'GET /slow/:ms')
    expect(kept).toMatchObject([
      { kind: 'request', status: '200', thresholdMs: 150, requestId: 'r-7', traceId: TRACE_ID },
    ])
    const [entry] = kept
    expect(entry?.durationMs).toBeGreaterThan(240)
    expect(entry?.meta).toMatchObject({ method: 'GET', aborted: false, inFlight: 0 })
    expect(entry?.meta.loopBlockedMs).toBeGreaterThanOrEqual(0)
    expect(entry?.meta.url).toMatch(/^\/slow\/250\?token\b.*&page\b/)
    expect(JSON.stringify(entry)).not.toMatch(/hidden|page=2/)
  })

  it('makes a request id where there is none', async () => {
    const { slow } = await report({ options: { slow: { requests: 100 } } }, async ({ port }) => {
      await Promise.all([ask(port, '/slow/200'), ask(port, '/slow/200')])
    })
    const ids = slow.map(({ requestId }) => requestId)
    expect(ids).toHaveLength(2)
    expect(new Set(ids).size).toBe(2)
    for (const id of ids) expect(id).toMatch(/^[\w-]{8,}$/)
  })

  it('takes the threshold of the route', async () => {
    const { slow } = await report(
      { options: { slow: { requests: [['GET /slow/:ms', 5_000], 1_000] } } },
      async ({ port }) => {
        await ask(port, '/slow/200')
      },
    )
    expect(slow).toEqual([])
  })
}
