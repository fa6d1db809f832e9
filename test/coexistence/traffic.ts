import { expect } from 'vitest'
import { ask } from '../support/ask.js'
import type { Run } from './beside.js'

export const INCOMING = '0af7651916cd43dd8448eb211c80319c'

/** Five requests: plain ones, one with the trace of who asks, a slow one, one that fails. */
export async function callApp(port: number): Promise<string[]> {
  const headers = { traceparent: `00-${INCOMING}-b7ad6b7169203331-01` }
  const answers = [
    await ask(port, '/users/1'),
    await ask(port, '/users/2', { headers }),
    await ask(port, '/slow'),
    await ask(port, '/slow', { headers }),
    await ask(port, '/fail'),
  ]
  return answers.map(({ status, text }) => `${status} ${text}`)
}

/** That the app answered as without Quasar, and that Quasar reported each request once and rightly. */
export function expectRight({ bare, watched }: { bare: Run<string[]>; watched: Run<string[]> }): void {
  expect(watched.used).toEqual(bare.used)
  expect(watched.outcome).toEqual(bare.outcome)
  expect(watched.outcome).toMatchObject({ code: 0, signal: null })
  const { counts, routes, slow, exceptions, nodes } = watched.reported
  expect(counts).toEqual({ 'GET /users/:id': 2, 'GET /slow': 2, 'GET /fail': 1 })
  expect([routes.get('GET /users/:id')?.errors, routes.get('GET /fail')?.errors]).toEqual([0, 1])
  expect(slow.map(({ name, status }) => [name, status])).toEqual([
    ['GET /slow', '200'],
    ['GET /slow', '200'],
  ])
  for (const { durationMs } of slow) expect(durationMs).toBeGreaterThan(70)
  expect(exceptions).toMatchObject([{ name: 'OrderError', message: 'no stock', route: 'GET /fail' }])
  expect(nodes).toBe(0)
}

/** The trace ids in Quasar's records: of the slow requests in their order, and of the exception. */
export function traceIdsOf({ reported }: Run<unknown>): { slow: (string | null)[]; exception: string | null } {
  return {
    slow: reported.slow.map(({ traceId }) => traceId),
    exception: reported.exceptions[0]?.traceId ?? null,
  }
}
