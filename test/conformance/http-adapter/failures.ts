import { describe, expect, it } from 'vitest'
import { ask } from '../../support/ask.js'
import { type Bench, counts } from '../http-adapter.js'

/** Errors: an exception is what ends in a 5xx. */
export function failureCases({ report }: Bench): void {
  const forms = [
    { errorHandler: false, answered: "the framework's own error handler" },
    { errorHandler: true, answered: "the app's error handler" },
  ]
  describe.each(forms)('with $answered', ({ errorHandler }) => {
    it.each(['/fail/sync', '/fail/async', '/fail/next'])('reports what %s throws, once', async (path) => {
      const reported = await report({ errorHandler }, async ({ port }) => {
        expect((await ask(port, path)).status).toBe(500)
      })
      expect(counts(reported)).toEqual({ [`GET ${path}`]: 1 })
      expect(reported.routes.get(`GET ${path}`)).toMatchObject({ errors: 1, classes: [0, 0, 0, 0, 1] })
      expect(reported.exceptions).toMatchObject([
        { kind: 'request', name: 'OrderError', message: 'no stock', route: `GET ${path}`, handled: false },
      ])
      expect(reported.exceptions[0]?.stack).toContain('hosts/shared')
    })

    it('names the route of an error under a parameter of its mount', async () => {
      const reported = await report({ errorHandler }, async ({ port }) => {
        expect((await ask(port, '/t/acme/orders/7/fail', { headers: { 'x-request-id': 'r-1' } })).status).toBe(500)
      })
      expect(counts(reported)).toEqual({ 'GET /t/:tenant/orders/:id/fail': 1 })
      expect(reported.exceptions).toMatchObject([{ route: 'GET /t/:tenant/orders/:id/fail', requestId: 'r-1' }])
    })

    it('takes no thrown 4xx for an exception', async () => {
      const reported = await report({ errorHandler }, async ({ port }) => {
        for (const status of [404, 422]) expect((await ask(port, `/fail/with/${status}`)).status).toBe(status)
      })
      expect(counts(reported)).toEqual({ 'GET /fail/with/:status': 2 })
      expect(reported.routes.get('GET /fail/with/:status')).toMatchObject({ errors: 0, classes: [0, 0, 0, 2, 0] })
      expect(reported.exceptions).toEqual([])
    })

    it('takes a thrown 503 for one', async () => {
      const reported = await report({ errorHandler }, async ({ port }) => {
        expect((await ask(port, '/fail/with/503')).status).toBe(503)
      })
      expect(reported.exceptions).toMatchObject([{ message: 'refused with 503', route: 'GET /fail/with/:status' }])
    })
  })

  it('counts a handled 404 under its route', async () => {
    const reported = await report({}, async ({ port }) => {
      expect((await ask(port, '/missing/1')).status).toBe(404)
      expect((await ask(port, '/missing/2')).status).toBe(404)
    })
    expect(counts(reported)).toEqual({ 'GET /missing/:id': 2 })
    expect(reported.exceptions).toEqual([])
  })
}
