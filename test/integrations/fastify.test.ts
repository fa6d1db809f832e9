import { describe, expect, it, vi } from 'vitest'
import { counts, type HttpHost, httpConformance, lengthOf, useBench } from '../conformance/http-adapter.js'
import { ask, giveUp } from '../support/ask.js'
import { isWhole } from '../support/extent.js'

const traits = {
  framework: 'fastify',
  guarded: 'GET /admin/:section',
  mounted: '(unmatched)',
  unparsable: 'POST /orders',
  refused: 'GET /refused',
}

const hookless = { ...traits, args: ['hookless'], mounted: 'GET /mounted/*' }

const http2 = { ...traits, args: ['http2'], http2: true }

const hosts: Record<string, HttpHost> = {
  'Fastify 4': { file: 'fastify4/server.mjs', ...traits },
  ...(isWhole && {
    'Fastify 4 without other hooks': { file: 'fastify4/server.mjs', ...hookless },
    'Fastify 4 on HTTP/2': { file: 'fastify4/server.mjs', ...http2 },
  }),
  'Fastify 5 on HTTP/2': { file: 'fastify5/server.mjs', ...http2 },
  'Fastify 5': { file: 'fastify5/server.mjs', ...traits },
  'Fastify 5 without other hooks': { file: 'fastify5/server.mjs', ...hookless },
}

for (const [name, host] of Object.entries(hosts)) {
  httpConformance(name, host, lengthOf(name, 'Fastify 5'))

  describe(`${name}, by its own rules`, () => {
    const { report, read, reader } = useBench(host)

    // Fastify 4 refuses it with 505 on HTTP/2.
    it.skipIf(host.http2)('takes no inject() for a client that went away', async () => {
      const reported = await report({}, async ({ inject }) => {
        expect(await inject('/users/1')).toBe(200)
        expect(await inject('/fail/sync')).toBe(500)
        expect(await inject('/nowhere')).toBe(404)
      })
      expect(counts(reported)).toEqual({ 'GET /users/:id': 1, 'GET /fail/sync': 1, '(unmatched)': 1 })
      expect([...reported.routes.values()].map(({ aborted }) => aborted)).toEqual([0, 0, 0])
      expect(reported.exceptions).toHaveLength(1)
    })

    it('counts replies that are hijacked', async () => {
      const reported = await report({}, async ({ port }) => {
        expect((await ask(port, '/hijacked')).text).toBe('hijacked')
      })
      expect(reported.routes.get('GET /hijacked')).toMatchObject({ count: 1, aborted: 0, classes: [0, 1, 0, 0, 0] })
    })

    it('leaves out routes that say so, and their errors', async () => {
      const reported = await report({}, async ({ port }) => {
        expect((await ask(port, '/unseen')).status).toBe(200)
        expect((await ask(port, '/unseen/fail')).status).toBe(500)
        await ask(port, '/plain')
      })
      expect(counts(reported)).toEqual({ 'GET /plain': 1 })
      expect(reported.exceptions).toEqual([])
    })

    it.each([false, true])('reports errors of hooks (with an error handler of the app: %s)', async (errorHandler) => {
      const reported = await report({ errorHandler }, ({ port }) => ask(port, '/refused-by-hook'))
      expect(reported.exceptions).toMatchObject([{ route: 'GET /refused-by-hook', message: 'hook' }])
    })

    it.each([
      ['throws', 'second'],
      ['rejects', 'second'],
      ['sends', 'second'],
      ['deliberate', 'first'],
    ])('reports the error that decided the answer when an error handler %s', async (how, message) => {
      for (const errorHandler of [false, true]) {
        const reported = await report({ errorHandler }, async ({ port }) => {
          // Twice: what is learned from the first error must hold for the second.
          for (const _ of [1, 2]) expect((await ask(port, `/handlers/${how}`)).status).toBeGreaterThanOrEqual(500)
        })
        expect(reported.exceptions.map((one) => one.message)).toEqual([message, message])
      }
    })

    it('follows routes that were there before it', async () => {
      const reported = await report({ place: 'late' }, async ({ port }) => {
        await ask(port, '/users/1')
        await ask(port, '/t/acme/orders/1')
        await ask(port, '/nowhere')
      })
      expect(counts(reported)).toEqual({ 'GET /users/:id': 1, 'GET /t/:tenant/orders/:id': 1, '(unmatched)': 1 })
    })

    it('counts what is refused before the handler, each time', async () => {
      const reported = await report({}, async ({ port }) => {
        for (const page of ['1', 'x', 'x']) await ask(port, `/pages?page=${page}`)
      })
      expect(reported.routes.get('GET /pages')).toMatchObject({ count: 3, classes: [0, 1, 0, 2, 0] })
    })

    it('follows one scope only when it is registered there', async () => {
      const reported = await report({ place: 'nested' }, async ({ port }) => {
        for (const path of ['/plain', '/t/acme/orders/1', '/v2/t/acme/orders/1']) await ask(port, path)
      })
      expect(counts(reported)).toEqual({ 'GET /t/:tenant/orders/:id': 1 })
    })

    it('names routes by patterns of every form, and by nothing that a client sent', async () => {
      const reported = await report({ variant: 'shapes' }, async ({ port }) => {
        const asked = [
          '/files/a',
          '/files/b/c%20d',
          '/opt',
          '/opt/x',
          '/num/1',
          '/num/x',
          '/pictures/a.png',
          '/Upper/1',
          '/pre/a',
          '/pre/b/',
        ]
        for (const path of [...asked, '/upper/1', '/%70lain', '/gone']) await ask(port, path)
      })
      expect(counts(reported)).toEqual({
        'GET /files/*': 2,
        'GET /opt/:a?': 2,
        'GET /num/:id(^\\d+$)': 1,
        'GET /pictures/:name.png': 1,
        'GET /Upper/:id': 1,
        'GET /pre/:tenant': 2,
        'GET /plain': 1,
        'GET /gone': 1,
        '(unmatched)': 2,
      })
    })

    it('counts a request once that is dispatched again', async () => {
      const reported = await report({ variant: 'shapes' }, async ({ port }) => {
        for (const _ of [1, 2]) expect((await ask(port, '/again')).text).toBe('plain')
      })
      expect(counts(reported)).toEqual({ 'GET /plain': 2 })
    })

    it('shows at most one frame in stacks of the app', async () => {
      await report({ variant: 'shapes' }, async ({ port }) => {
        for (const _ of [1, 2]) {
          const { text } = await ask(port, '/frames')
          expect(text).toContain('frames')
          expect(text.match(/@gravito\/quasar/g)?.length ?? 0).toBeLessThanOrEqual(1)
        }
      })
    })

    it('ignores every spelling of a path that its router takes for an ignored one', async () => {
      const asked = ['/health', '/HEALTH', '/health/', '//health', '//Health//', '/healthy', '/plain/', '//PLAIN']
      const options = { ignore: ['/health', '/users/1/'] }
      const lenient = await report({ variant: 'lenient', options }, async ({ port }) => {
        for (const path of [...asked, '/Users/1']) await ask(port, path)
      })
      expect(counts(lenient)).toEqual({ '(unmatched)': 1, 'GET /plain': 2 })
      const strict = await report({ options }, async ({ port }) => {
        for (const path of asked) await ask(port, path)
      })
      expect(counts(strict)).toEqual({ '(unmatched)': 7 })
    })

    it.each(['first', 'late'] as const)(
      'counts what hooks before it answer, when it is registered %s',
      async (place) => {
        const reported = await report(
          { variant: 'guarded', place, options: { ignore: ['/health'] } },
          async ({ port }) => {
            // Twice: what is learned of a route from its first request must hold for the second.
            for (const _ of [1, 2]) {
              await ask(port, '/users/1', { method: 'OPTIONS' })
              for (const guard of ['refuses', 'hijacks', 'throws', 'passes']) {
                await ask(port, '/users/1', { headers: { 'x-guard': guard } })
              }
              await ask(port, '/t/acme/orders/1', { headers: { 'x-guard': 'refuses' } })
              await ask(port, '/nowhere', { headers: { 'x-guard': 'refuses' } })
              await ask(port, '/unseen', { headers: { 'x-guard': 'refuses' } })
              await ask(port, '/health', { headers: { 'x-guard': 'refuses' } })
            }
          },
        )
        expect(counts(reported)).toEqual({
          'OPTIONS *': 2,
          'GET /users/:id': 8,
          'GET /t/:tenant/orders/:id': 2,
          '(unmatched)': 2,
        })
        expect(reported.routes.get('GET /users/:id')?.classes).toEqual([0, 2, 0, 0, 6])
        expect(reported.exceptions.map(({ message }) => message)).toEqual(['guard', 'guard'])
      },
    )

    it.skipIf(host.http2)('counts clients that leave a hook before it', async () => {
      const reported = await report({ variant: 'guarded' }, async ({ port }, service) => {
        const arrives = async () => {
          const { nodes } = await reader().nodes()
          expect(nodes.find((node) => node.service === service)?.heartbeat?.requests?.inFlight).toBe(1)
        }
        await giveUp(port, '/users/1', () => vi.waitFor(arrives, 5_000), { headers: { 'x-guard': 'hangs' } })
        await vi.waitFor(async () => expect((await read(service)).routes.size).toBe(1), 5_000)
      })
      expect(reported.routes.get('GET /users/:id')).toMatchObject({ count: 1, aborted: 1 })
    })

    it.skipIf(host.http2)('counts what Fastify answers without any hook', async () => {
      const reported = await report({}, async ({ port }) => {
        expect((await ask(port, '/%zz')).status).toBe(400)
        expect((await ask(port, `/users/${'1'.repeat(101)}`)).status).toBeGreaterThanOrEqual(404)
        await ask(port, '/plain')
      })
      expect(counts(reported)).toEqual({ '(unmatched)': 2, 'GET /plain': 1 })
    })

    it('reports what happened until the app is closed', async () => {
      const reported = await report({ options: { interval: 60_000 } }, async ({ port }, service) => {
        await ask(port, '/plain')
        expect(counts(await read(service))).toEqual({})
      })
      expect(counts(reported)).toEqual({ 'GET /plain': 1 })
    })

    it('refuses bad options when the app gets ready', async () => {
      await expect(report({ options: { interval: 1 } }, async () => {})).rejects.toThrow(/interval/)
    })
  })

  describe.skipIf(host.http2).each(['module', 'default', 'named'])(`${name} from CommonJS`, (form) => {
    const { report } = useBench({ ...host, file: host.file.replace('.mjs', '.cjs'), args: [form] })

    it(`takes the ${form} export for a plugin`, async () => {
      const reported = await report({}, ({ port }) => ask(port, '/users/1'))
      expect(counts(reported)).toEqual({ 'GET /users/:id': 1 })
    })
  })
}
