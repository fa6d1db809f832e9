import { describe, expect, it, vi } from 'vitest'
import { counts, type HttpHost, httpConformance, lengthOf, useBench } from '../conformance/http-adapter.js'
import { ask } from '../support/ask.js'
import type { AppConfig, OpenApp } from '../support/hosts.js'

const traits = {
  framework: 'hono',
  guarded: 'GET /admin/:section',
  mounted: 'GET /mounted/*',
  unparsable: 'POST /orders',
  refused: 'GET /refused',
}

const hosts: Record<string, HttpHost> = {
  // @hono/node-ws answers with 400 whatever the app does.
  'Hono 4.8': { file: 'hono48/server.mjs', ...traits, refusal: 400 },
  'Hono 4 on HTTP/2': { file: 'hono4/server.mjs', ...traits, args: ['http2'], http2: true },
  'Hono 4': { file: 'hono4/server.mjs', ...traits },
}

for (const [name, host] of Object.entries(hosts)) {
  httpConformance(name, host, lengthOf(name, 'Hono 4'))

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

  describe.each(['inside', 'fetch', 'around', 'around-fetch'])(`${name}, names, Quasar %s`, (variant) => {
    const { report } = useBench(host)
    const named = async (paths: readonly string[], config: AppConfig = {}, method = 'GET') => {
      const use = async ({ port }: OpenApp) => {
        for (const path of paths) await ask(port, path, { method })
      }
      return counts(await report({ variant, ...config }, use))
    }

    it('names what a handler for all methods, a middleware or a mounted app answers by its own pattern', async () => {
      const paths = ['/proxy/a', '/proxy/b/c', '/rpc/list', '/old/a', '/old/b/c', '/files/a.txt', '/guarded/x']
      expect(await named(paths)).toEqual({
        'GET /proxy/*': 2,
        'GET /rpc/*': 1,
        'GET /old/*': 2,
        'GET /files/*': 1,
        'GET /guarded/*': 1,
      })
    })

    it('names what a handler passes on by the one that answers', async () => {
      expect(await named(['/pages/a.html', '/pages/late', '/both/1', '/both/1?in=1', '/replaced/1'])).toEqual({
        'GET /pages/*': 1,
        'GET /pages/late': 1,
        'GET /both/:id': 2,
        'GET /replaced/:id': 1,
      })
    })

    it('has one series for what all handlers pass on, whatever the app answers then', async () => {
      const paths = ['/pages/nothing', '/files/nothing', '/guarded/x?in=1', '/replaced/a/b', '/numbers/x', '/nowhere']
      expect(await named(paths)).toEqual({ '(unmatched)': 6 })
      expect(await named(paths, { variant: `${variant}-not-found` })).toEqual({ '(unmatched)': 6 })
    })

    it('names a request by the route that answered and passed on, or left the answer to a middleware', async () => {
      expect(await named(['/filled/1', '/handed/1'])).toEqual({ 'GET /filled/:id': 1, 'GET /handed/:id': 1 })
    })

    it('keeps patterns as the app wrote them', async () => {
      const paths = ['/optional', '/optional/1', '/numbers/1', '/middle/x/end', '/base/1', '/%75sers/1', '/users/%2F']
      expect(await named(paths)).toEqual({
        'GET /optional/:id?': 2,
        'GET /numbers/:id{[0-9]+}': 1,
        'GET /middle/*/end': 1,
        'GET /base/:id': 1,
        'GET /users/:id': 2,
      })
      expect(await named(['/one/1', '/other/1'], {}, 'PUT')).toEqual({ 'PUT /one/:id': 1, 'PUT /other/:id': 1 })
    })

    it('ignores what the router takes for an ignored path', async () => {
      const options = { ignore: ['/health', /^\/users\/1$/] }
      const paths = ['/health', '/health/', '/%68ealth', '/health/?a=1', '/users/%31', '/plain/', '/HEALTH']
      expect(await named(paths, { variant: `${variant}-loose`, options })).toEqual({
        'GET /plain': 1,
        '(unmatched)': 1,
      })
      expect(await named(['/health', '/health/'], { options })).toEqual({ '(unmatched)': 1 })
    })

    it('sees through nested apps with error handlers of their own', async () => {
      const reported = await report({ variant }, async ({ port }) => {
        await ask(port, '/deep/own/any/1')
        await ask(port, '/deep/own/fail')
      })
      expect(counts(reported)).toEqual({ 'GET /deep/own/any/:id': 1, 'GET /deep/own/fail': 1 })
      expect(reported.exceptions).toMatchObject([{ route: 'GET /deep/own/fail', name: 'OrderError' }])
    })

    it.each(['tiny', 'quick', 'linear', 'regExp', 'trie'])('does so with the router %s', async (router) => {
      const paths = ['/users/1', '/static', '/guarded/1', '/guarded/1?in=1', '/proxy/x', '/x?fall=1']
      const answered = {
        'GET /users/:id': 1,
        'GET /static': 1,
        'GET /guarded/:id': 2,
        'GET /proxy/*': 1,
        'GET /*': 1,
      }
      const unanswered = ['/static?pass=1', '/x', '/guarded/a/b?in=1']
      expect(await named([...paths, ...unanswered, ...paths], { router })).toEqual({
        ...Object.fromEntries(Object.entries(answered).map(([key, count]) => [key, 2 * count])),
        '(unmatched)': 3,
      })
    })
  })

  describe.each(['inside', 'fetch', 'around', 'around-fetch'])(`${name}, calls of itself, Quasar %s`, (variant) => {
    const { report, reader } = useBench(host)

    it.each([1, 2])("is in no error's stack more than once, registered %d times", async (registrations) => {
      const stacks: string[] = []
      await report({ variant, registrations }, async ({ port }) => {
        for (const path of ['sync', 'async', 'through/it', 'inner', 'last', 'sub-app']) {
          stacks.push((await ask(port, `/stacks/${path}`)).text)
        }
      })
      for (const stack of stacks) {
        expect(stack).toContain('Error: here')
        expect(stack.split('gravito/quasar').length - 1, stack).toBeLessThanOrEqual(1)
      }
    })

    it('counts a request once when the app calls itself for it', async () => {
      const paths = ['/alias/1', '/calls/1', '/batch']
      const reported = await report({ variant }, async ({ port }, service) => {
        for (const path of paths) expect((await ask(port, path)).status).toBe(200)
        const setup = async () => (await reader().nodes()).nodes.find((node) => node.service === service)?.heartbeat
        await vi.waitFor(async () => expect((await setup())?.requests).toMatchObject({ inFlight: 0 }))
        expect(JSON.stringify(await setup())).not.toContain('registered-twice')
      })
      expect(counts(reported)).toEqual({ 'GET /alias/:id': 1, 'GET /calls/:id': 1, 'GET /batch': 1 })
    })

    it('takes no error of such a call for the reason of another answer', async () => {
      const reported = await report({ variant }, async ({ port }) => {
        expect((await ask(port, '/busy')).status).toBe(503)
      })
      expect(reported.routes.get('GET /busy')).toMatchObject({ count: 1, errors: 1 })
      expect(reported.exceptions).toEqual([])
    })

    it.each([
      ['then=busy', 503, []],
      ['with=404&then=busy', 503, []],
      ['with=500', 500, ['first']],
      ['with=500&then=busy', 503, ['first']],
      ['then=throws', 500, ['second']],
    ])('takes what a sub-app recovers from for no reason of a later answer: %s', async (query, status, messages) => {
      const reported = await report({ variant }, async ({ port }) => {
        for (const _ of [1, 2]) expect((await ask(port, `/recovering/fail?${query}`)).status).toBe(status)
      })
      expect(reported.routes.get('GET /recovering/fail')).toMatchObject({ count: 2, errors: 2 })
      expect(reported.exceptions.map(({ message }) => message)).toEqual([...messages, ...messages])
    })

    it('names what it passes to itself or to a mounted app by the inner route where that is known', async () => {
      const reported = await report({ variant }, async ({ port }) => {
        for (const path of ['/v1/users/1', '/v1/nowhere', '/mounted-app/things/1']) await ask(port, path)
      })
      const isInside = !variant.startsWith('around')
      expect(counts(reported)).toEqual(
        isInside
          ? { 'GET /v1/users/:id': 1, 'GET /v1/*': 1, 'GET /mounted-app/things/:id': 1 }
          : { 'GET /v1/*': 2, 'GET /mounted-app/*': 1 },
      )
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
      const failed = ['GET /fail/async', 'GET /fail/sync', 'GET /own/fail', 'GET /throws/value']
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
