import { describe, expect, it } from 'vitest'
import { ask } from '../support/ask.js'
import { isWhole } from '../support/extent.js'
import { counts, type HttpHost, httpConformance, lengthOf, useBench } from './http-adapter.js'

/**
 * What Nest does on each of its adapters, besides what every HTTP integration does.
 *
 * @param file `nest12/server.mjs`
 * @param wildcard the path of its middleware that answers everything under `/mounted`
 */
export function nestConformance(version: string, file: string, wildcard: string): void {
  for (const host of nestHosts(file, wildcard)) {
    const name = `${version} on ${host.args?.[0]}`
    httpConformance(name, host, lengthOf(version, 'Nest 12'))

    describe(`${name}, by its own rules`, () => {
      const { report } = useBench(host)

      it('names routes with their global prefix and version, and unknown paths under it as unmatched', async () => {
        const reported = await report({ variant: 'prefix' }, async ({ port }) => {
          expect((await ask(port, '/api/eu/v1/users/1')).status).toBe(200)
          expect((await ask(port, '/api/us/v1/t/acme/orders/1')).status).toBe(200)
          for (const path of ['/api/eu/v1/none', '/api/us/v2/users/1', '/none']) {
            expect((await ask(port, path)).status).toBe(404)
          }
        })
        expect(counts(reported)).toEqual({
          'GET /api/:region/v1/users/:id': 1,
          'GET /api/:region/v1/t/:tenant/orders/:id': 1,
          '(unmatched)': 3,
        })
      })

      it.each([false, true])(
        'reports errors of guards and middleware (with a filter of the app: %s)',
        async (errorHandler) => {
          const reported = await report({ errorHandler }, async ({ port }) => {
            for (const path of ['/fail/in/guard', '/fails-in-middleware'])
              expect((await ask(port, path)).status).toBe(500)
          })
          expect(reported.exceptions.map(({ message }) => message).sort()).toEqual(['guard', 'middleware'])
        },
      )

      it('names nothing by the first path that a middleware for all routes gets', async () => {
        const reported = await report({ variant: 'everywhere' }, async ({ port }) => {
          for (const path of ['/users/1', '/Users/2/', '/secret-a', '/secret-b/c']) {
            await ask(port, path)
            expect((await ask(port, path, { headers: { 'x-name': 'blocked' } })).status).toBe(418)
          }
        })
        const names = Object.keys(counts(reported))
        expect(names.filter((name) => /secret|users\/\d|Users/.test(name))).toEqual([])
        expect(names.length).toBeLessThanOrEqual(3)
        expect(counts(reported)['GET /users/:id']).toBeGreaterThanOrEqual(1)
      })

      it('follows controllers that are made for each request', async () => {
        const reported = await report({}, async ({ port }) => {
          await ask(port, '/scoped/1')
          await ask(port, '/scoped/1/fail')
        })
        expect(counts(reported)).toEqual({ 'GET /scoped/:id': 1, 'GET /scoped/:id/fail': 1 })
        expect(reported.exceptions).toMatchObject([{ route: 'GET /scoped/:id/fail' }])
      })

      it('leaves out what is decorated so', async () => {
        const reported = await report({}, async ({ port }) => {
          for (const path of ['/skipped/a', '/partly/skipped', '/partly/seen']) {
            expect((await ask(port, path)).status).toBe(200)
          }
          expect((await ask(port, '/skipped/fail')).status).toBe(500)
        })
        expect(counts(reported)).toEqual({ 'GET /partly/seen': 1 })
        expect(reported.exceptions).toEqual([])
      })

      it('reports what the app tells its service', async () => {
        const reported = await report({}, async ({ port }, service) => {
          expect((await ask(port, '/told/error')).text).toBe(service)
        })
        expect(reported.exceptions).toMatchObject([{ kind: 'custom', message: 'told', handled: true }])
        expect([...reported.jobs.keys()]).toEqual(['tell'])
      })

      it('takes options from a factory', async () => {
        const reported = await report({ variant: 'async' }, ({ port }) => ask(port, '/t/acme/orders/1'))
        expect(counts(reported)).toEqual({ 'GET /t/:tenant/orders/:id': 1 })
      })

      it('refuses bad options when the app starts', async () => {
        await expect(report({ options: { interval: 1 } }, async () => {})).rejects.toThrow(/interval/)
      })
    })
  }
}

export function nestHosts(file: string, wildcard = 'mounted/*rest'): HttpHost[] {
  const traits = { file, framework: 'nest', guarded: 'GET /admin/:section' }
  const fastify = { ...traits, args: ['fastify'], mounted: '(unmatched)', unparsable: 'POST /orders' }
  return [
    { ...traits, args: ['express'], mounted: `GET /${wildcard}`, unparsable: '(unmatched)' },
    fastify,
    ...(isWhole ? [{ ...fastify, args: ['fastify-http2'], http2: true }] : []),
  ]
}

/** That the other module format works as well. */
export function nestSmoke(file: string): void {
  describe.each(nestHosts(file))(`${file} on $args.0`, (host) => {
    const { report } = useBench(host)

    it('counts requests and their errors', async () => {
      const reported = await report({}, async ({ port }) => {
        await ask(port, '/t/acme/orders/1')
        await ask(port, '/fail/sync')
      })
      expect(counts(reported)).toEqual({ 'GET /t/:tenant/orders/:id': 1, 'GET /fail/sync': 1 })
      expect(reported.exceptions).toHaveLength(1)
    })
  })
}
