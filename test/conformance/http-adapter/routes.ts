import { Agent } from 'node:http'
import { expect, it } from 'vitest'
import { ask } from '../../support/ask.js'
import { type Bench, counts } from '../http-adapter.js'

/** Whatever was asked for, a series is named by a pattern. */
export function routeCases({ host, report }: Bench): void {
  it('counts a route by its pattern and its answers by their class', async () => {
    const reported = await report({}, async ({ port }) => {
      await ask(port, '/plain')
      await ask(port, '/users/1')
      await ask(port, '/users/2?expand=all')
    })
    expect(counts(reported)).toEqual({ 'GET /plain': 1, 'GET /users/:id': 2 })
    expect(reported.routes.get('GET /users/:id')).toMatchObject({ errors: 0, aborted: 0, classes: [0, 2, 0, 0, 0] })
  })

  it('names routes under a parameter of their mount by the whole pattern', async () => {
    const reported = await report({}, async ({ port }) => {
      await ask(port, '/t/acme/orders/7')
      await ask(port, '/t/globex/orders/8')
      await ask(port, '/t/caf%C3%A9/orders/9')
      await ask(port, '/t/acme')
      await ask(port, '/v2/t/acme/orders/7')
    })
    expect(counts(reported)).toEqual({
      'GET /t/:tenant/orders/:id': 3,
      'GET /t/:tenant': 1,
      'GET /v2/t/:tenant/orders/:id': 1,
    })
  })

  it('keeps a pattern when a segment has the same text as a parameter', async () => {
    const reported = await report({}, async ({ port }) => {
      await ask(port, '/t/t/orders/orders')
      await ask(port, '/t/orders/orders/t')
    })
    expect(counts(reported)).toEqual({ 'GET /t/:tenant/orders/:id': 2 })
  })

  it('tells methods apart, HEAD included', async () => {
    const reported = await report({}, async ({ port }) => {
      expect((await ask(port, '/plain', { method: 'HEAD' })).text).toBe('')
      await ask(port, '/plain')
      expect((await ask(port, '/orders', { method: 'POST', body: '{"sku":1}' })).status).toBe(201)
    })
    expect(counts(reported)).toEqual({ 'HEAD /plain': 1, 'GET /plain': 1, 'POST /orders': 1 })
  })

  it('has one series for all that no route takes', async () => {
    const reported = await report({}, async ({ port }) => {
      const paths = Array.from(
        { length: 300 },
        (_, index) => `/${['wp', 't', 'admin', 'x'][index % 4]}-${index}/${index}`,
      )
      const agent = new Agent({ keepAlive: true, maxSockets: 4 })
      const answers = await Promise.all(paths.map((path) => ask(port, path, { agent })))
      agent.destroy()
      expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 404))
      expect((await ask(port, '/t/acme/nothing/here')).status).toBe(404)
      expect((await ask(port, '/plain', { method: 'DELETE' })).status).toBe(404)
    })
    expect(counts(reported)).toEqual({ '(unmatched)': 302 })
    expect(reported.routes.get('(unmatched)')?.classes).toEqual([0, 0, 0, 302, 0])
    expect(reported.exceptions).toEqual([])
  })

  it('counts what a guard refuses under the route or the mount', async () => {
    const reported = await report({}, async ({ port }) => {
      expect((await ask(port, '/admin/users')).status).toBe(401)
      expect((await ask(port, '/admin/users', { headers: { 'x-name': 'eve' } })).status).toBe(403)
      expect((await ask(port, '/admin/users', { headers: { 'x-name': 'root' } })).status).toBe(200)
    })
    const refused = host.guarded === 'GET /admin/:section' ? 3 : 2
    expect(counts(reported)).toEqual({ 'GET /admin/:section': 1, [host.guarded]: refused })
    expect(reported.routes.get(host.guarded)?.classes[3]).toBe(2)
    expect(reported.exceptions).toEqual([])
  })

  it('never names what a middleware answers by its URL', async () => {
    const reported = await report({}, async ({ port }) => {
      for (const path of ['/mounted/a', '/mounted/b/c']) expect((await ask(port, path)).text).toBe('mounted')
    })
    expect(counts(reported)).toEqual({ [host.mounted]: 2 })
  })

  it('counts a body that can not be parsed as a client error', async () => {
    const reported = await report({}, async ({ port }) => {
      // Twice: what is learned from a route's first request must not hide its second.
      for (const _ of [1, 2]) {
        expect((await ask(port, '/orders', { method: 'POST', body: '{"sku":' })).status).toBe(400)
      }
    })
    expect(counts(reported)).toEqual({ [host.unparsable]: 2 })
    expect(reported.routes.get(host.unparsable)?.classes).toEqual([0, 0, 0, 2, 0])
    expect(reported.exceptions).toEqual([])
  })

  it('leaves out what is ignored', async () => {
    const reported = await report({ options: { ignore: ['/health', /^\/users\//] } }, async ({ port }) => {
      for (const path of ['/health', '/health?probe=1', '/users/1', '/plain']) await ask(port, path)
    })
    expect(counts(reported)).toEqual({ 'GET /plain': 1 })
  })
}
