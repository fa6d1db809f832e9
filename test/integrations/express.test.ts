import { describe, expect, it } from 'vitest'
import { counts, type HttpHost, httpConformance, lengthOf, useBench } from '../conformance/http-adapter.js'
import { ask } from '../support/ask.js'

const traits = { framework: 'express', guarded: 'GET /admin', mounted: 'GET /mounted', unparsable: '(unmatched)' }

const hosts: Record<string, HttpHost> = {
  'Express 4': { file: 'express4/server.mjs', ...traits },
  'Express 5': { file: 'express5/server.mjs', ...traits },
  // Its router has no diagnostics channel and does not say which path a layer was mounted on.
  'Express 5.0': { file: 'express50/server.mjs', ...traits },
}

for (const [name, host] of Object.entries(hosts)) {
  httpConformance(name, host, lengthOf(name, 'Express 5'))

  describe(`${name}, by its own rules`, () => {
    const { report } = useBench(host)

    it('names routes that are expressions or lists of paths', async () => {
      const reported = await report({}, async ({ port }) => {
        for (const path of ['/items-1', '/items-2', '/list-a', '/list-b'])
          expect((await ask(port, path)).status).toBe(200)
      })
      expect(counts(reported)).toEqual({ 'GET /^\\/items-(\\d+)$/': 2, 'GET /list-a|/list-b': 2 })
    })

    // Without a layer after all routes, the last one that a request saw is the route that passed it on.
    it.each(['plain', 'with an error handler'])('takes what nobody answered for unmatched (%s)', async (variant) => {
      const reported = await report({ variant }, async ({ port }) => {
        for (const path of ['/passed/1', '/t/acme/none', '/admin/a/b']) {
          expect((await ask(port, path, { headers: { 'x-name': 'root' } })).status).toBe(404)
        }
      })
      expect(counts(reported)).toEqual({ '(unmatched)': 3 })
    })

    it('names the routes of an app in an app', async () => {
      const reported = await report({}, ({ port }) => ask(port, '/shops/berlin/things/1'))
      expect(counts(reported)).toEqual({ 'GET /shops/:shop/things/:id': 1 })
    })

    it('shows no real value of a mount that is an expression', async () => {
      const reported = await report({}, async ({ port }) => {
        for (const path of ['/u-1/x', '/u-2/x']) expect((await ask(port, path)).status).toBe(200)
      })
      expect([...reported.routes.values()].map(({ count }) => count)).toEqual([2])
      expect(Object.keys(counts(reported))[0]).not.toMatch(/u-[12]/)
    })

    it('tells the paths of a mount with several apart, or names them all', async () => {
      const reported = await report({}, async ({ port }) => {
        for (const path of ['/either/1/x', '/or/2/x', '/either/3/x']) expect((await ask(port, path)).status).toBe(200)
      })
      const apart = { 'GET /either/:a/x': 2, 'GET /or/:b/x': 1 }
      expect([apart, { 'GET /either/:a|/or/:b/x': 3 }]).toContainEqual(counts(reported))
    })

    it.each(['late', 'plain'])('reports errors of handlers with Quasar registered %s', async (variant) => {
      const reported = await report({ variant }, async ({ port }) => {
        expect((await ask(port, '/t/acme/orders/1/fail')).status).toBe(500)
        await ask(port, '/users/1')
      })
      expect(counts(reported)).toEqual({ 'GET /t/:tenant/orders/:id/fail': 1, 'GET /users/:id': 1 })
      expect(reported.exceptions).toMatchObject([{ route: 'GET /t/:tenant/orders/:id/fail', name: 'OrderError' }])
    })

    it('reports errors of parameter callbacks by its error handler', async () => {
      const reported = await report({}, ({ port }) => ask(port, '/param/eve'))
      expect(reported.exceptions).toMatchObject([{ message: 'nobody', name: 'OrderError' }])
    })

    it('follows one router only when it is registered there', async () => {
      const reported = await report({ place: 'nested' }, async ({ port }) => {
        for (const id of [1, 2, 3]) await ask(port, `/t/acme-${id}/orders/${id}`)
        await ask(port, '/plain')
      })
      expect(counts(reported)).toEqual({ 'GET /t/:tenant/orders/:id': 3 })
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
}
