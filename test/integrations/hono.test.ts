import { describe, expect, it } from 'vitest'
import { counts, type HttpHost, httpConformance, useBench } from '../conformance/http-adapter.js'
import { ask } from '../support/ask.js'

const traits = {
  framework: 'hono',
  guarded: 'GET /admin/:section',
  mounted: '(unmatched)',
  unparsable: 'POST /orders',
}

const hosts: Record<string, HttpHost> = {
  'Hono 4.8': { file: 'hono48/server.mjs', ...traits },
  'Hono 4': { file: 'hono4/server.mjs', ...traits },
}

for (const [name, host] of Object.entries(hosts)) {
  httpConformance(name, host)

  describe(`${name}, by its own rules`, () => {
    const { report } = useBench(host)

    it('names routes for all methods, also those of an app with an error handler of its own', async () => {
      const reported = await report({}, async ({ port }) => {
        await ask(port, '/any/1')
        await ask(port, '/own/any/1', { method: 'PUT' })
      })
      expect(counts(reported)).toEqual({ 'GET /any/:id': 1, 'PUT /own/any/:id': 1 })
    })

    it('names routes of several handlers', async () => {
      const reported = await report({}, ({ port }) => ask(port, '/chain/1'))
      expect(counts(reported)).toEqual({ 'GET /chain/:id': 1 })
    })

    it('reports what the error handler of a nested app answered', async () => {
      const reported = await report({}, async ({ port }) => {
        expect((await ask(port, '/own/fail')).status).toBe(503)
      })
      expect(reported.exceptions).toMatchObject([{ route: 'GET /own/fail', name: 'OrderError' }])
    })

    it('reports a thrown value that is no error', async () => {
      const reported = await report({}, async ({ port }) => {
        expect((await ask(port, '/throws/value')).status).toBe(500)
      })
      expect(reported.routes.get('GET /throws/value')).toMatchObject({ count: 1, errors: 1 })
      expect(reported.exceptions).toMatchObject([{ route: 'GET /throws/value', message: 'no error at all' }])
    })

    it('follows one nested app only when it is registered there', async () => {
      const reported = await report({ place: 'nested' }, async ({ port }) => {
        for (const path of ['/plain', '/t/acme/orders/1', '/v2/t/acme/orders/1']) await ask(port, path)
      })
      expect(counts(reported)).toEqual({ 'GET /t/:tenant/orders/:id': 1 })
    })

    it('lets requests pass unseen once it is stopped', async () => {
      const reported = await report({}, async ({ port, stop }) => {
        await ask(port, '/plain')
        await stop()
        expect((await ask(port, '/plain')).status).toBe(200)
      })
      expect(counts(reported)).toEqual({ 'GET /plain': 1 })
    })
  })

  describe.each(['around', 'around-fetch'])(`${name} with Quasar %s the app`, (variant) => {
    const { report } = useBench(host)

    it('counts requests by route, their errors and what no route takes', async () => {
      const reported = await report({ variant }, async ({ port }) => {
        for (const path of [
          '/users/1?x=1',
          '/t/acme/orders/7',
          '/fail/sync',
          '/fail/async',
          '/throws/value',
          '/nowhere',
        ])
          await ask(port, path)
        await ask(port, '/admin/users', { headers: { 'x-name': 'root' } })
        await ask(port, '/own/fail')
      })
      expect(counts(reported)).toEqual({
        'GET /users/:id': 1,
        'GET /t/:tenant/orders/:id': 1,
        'GET /fail/sync': 1,
        'GET /fail/async': 1,
        'GET /throws/value': 1,
        '(unmatched)': 1,
        'GET /admin/:section': 1,
        'GET /own/fail': 1,
      })
      const failed = ['GET /fail/async', 'GET /fail/sync', 'GET /throws/value']
      expect(reported.exceptions.map(({ route }) => route).sort()).toEqual(failed)
    })

    it('lets requests pass unseen once it is stopped', async () => {
      const reported = await report({ variant }, async ({ port, stop }) => {
        await ask(port, '/plain')
        await stop()
        expect((await ask(port, '/plain')).status).toBe(200)
      })
      expect(counts(reported)).toEqual({ 'GET /plain': 1 })
    })
  })

  describe(`${name} without Node's request objects`, () => {
    const { report } = useBench(host)
    const variant = 'fetch'

    it('counts requests, their errors and what no route takes, once', async () => {
      const reported = await report({ variant, registrations: 2 }, async ({ port }) => {
        await ask(port, '/users/1?x=1')
        await ask(port, '/fail/sync')
        await ask(port, '/throws/value')
        await ask(port, '/nowhere')
        await ask(port, '/admin/users')
      })
      expect(counts(reported)).toEqual({
        'GET /users/:id': 1,
        'GET /fail/sync': 1,
        'GET /throws/value': 1,
        '(unmatched)': 1,
        'GET /admin/:section': 1,
      })
      expect(reported.exceptions.map(({ route }) => route).sort()).toEqual(['GET /fail/sync', 'GET /throws/value'])
    })

    it('keeps a slow request with its id and trace', async () => {
      const headers = { 'x-request-id': 'r-9', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }
      const { slow } = await report({ variant, options: { slow: 100 } }, ({ port }) =>
        ask(port, '/slow/200?token=hidden', { headers }),
      )
      expect(slow).toMatchObject([
        { name: 'GET /slow/:ms', status: '200', requestId: 'r-9', traceId: '0af7651916cd43dd8448eb211c80319c' },
      ])
      expect(JSON.stringify(slow)).not.toContain('hidden')
    })
  })
}
