import { describe, expect, it, vi } from 'vitest'
import { counts, type HttpHost, type Reported, useBench } from '../conformance/http-adapter.js'
import { ask } from '../support/ask.js'

const traits = { framework: 'express', guarded: 'GET /admin', mounted: 'GET /mounted', unparsable: '(unmatched)' }

const hosts: Record<string, HttpHost> = {
  'Express 4': { file: 'express4/server.mjs', ...traits },
  'Express 5': { file: 'express5/server.mjs', ...traits },
  'Express 5.0': { file: 'express50/server.mjs', ...traits },
}

/** What a route under wildcards and optional parts is called: router < 2.3 does not tell how the app wrote literals. */
const wildcards: Record<string, Record<string, number>> = {
  'Express 4': {
    'GET /files/*': 3,
    'GET /x*': 2,
    'GET /p/:p(.*)': 2,
    'GET /l/:lang(en|fr)?/opt': 3,
    'GET /num/:id(\\d+)/x': 2,
    'GET /ext/:file.:type?': 2,
    'GET /admin|*': 4,
  },
  'Express 5': { 'GET /files/*rest': 3, 'GET /l{/:lang}/opt': 3, 'GET /V-:version/Api/x': 2, 'GET /*rest': 12 },
  'Express 5.0': { 'GET /files/*rest': 3, 'GET /l{/:lang}/opt': 3, 'GET /v-:version/api/x': 2, 'GET /*rest': 12 },
}

describe.each(Object.entries(hosts))('%s, in apps of other shapes', (version, host) => {
  const { report, reader } = useBench(host)

  const shaped = (shape: string, paths: readonly string[], config = {}): Promise<Reported> =>
    report({ variant: `shape ${shape}`, ...config }, async ({ port }) => {
      for (const path of paths) await ask(port, path)
    })

  /** Series and exceptions of requests, one after the other. */
  const told = async (shape: string, paths: readonly string[], config = {}) => {
    const reported = await shaped(shape, paths, config)
    const exceptions = reported.exceptions.map(({ route, message }) => `${route}: ${message}`)
    return { counts: counts(reported), exceptions: exceptions.sort() }
  }

  it('takes no middleware that passed a request on for a parent', async () => {
    const paths = [
      '/api/users/1',
      '/users/1/list',
      '/orders/1/list',
      '/guarded/1',
      '/first/x',
      '/second/x',
      '/out/in/1',
    ]
    expect((await told('siblings', paths)).counts).toEqual({
      'GET /api/users/:id': 1,
      'GET /users/:id/list': 1,
      'GET /orders/:id/list': 1,
      'GET /guarded': 1,
      'GET /first/x': 1,
      'GET /second/x': 1,
      'GET /out/in/:thing': 1,
    })
  })

  it('names wildcards and optional parts as the app wrote them, whatever clients send', async () => {
    const paths = ['/files/a', '/FILES/b/c', '/files/d%20e/', '/xa', '/Xb/', '/p/a', '/p/b/c/d', '/l/en/opt', '/l/opt']
    const more = [
      '/l/fr/OPT/',
      '/num/1/x',
      '/num/2/x',
      '/ext/a.b',
      '/ext/c',
      '/admin',
      '/Admin/x',
      '/any/thing',
      '/%61',
    ]
    const versioned = version === 'Express 4' ? [] : ['/v-1/api/x', '/V-2/API/X']
    expect((await told('wildcards', [...paths, ...more, ...versioned])).counts).toEqual(wildcards[version])
  })

  it.skipIf(version === 'Express 4')(
    'names mounts with several parts in a segment, whichever request was the first',
    async () => {
      const parts = [
        ['/mix/a', '/mix/a-b', '/MIX/mix-mix'],
        ['/file/x.f', '/file/a.a', '/file/b.%C3%A9'],
        ['/u-%c3%a9', '/u-a', '/U-u'],
        ['/o', '/o/1', '/o/1/2'],
        ['/q/lit/1', '/q/2', '/Q/lit'],
        ['/arr/1', '/arr2/3', '/arr2'],
        ['/pre-a', '/pre-b/c/d', '/PRE-pre-%C3%A9'],
        ['/tail/a.zip', '/tail/b/c.zip', '/TAIL/d/e/tail.ZIP'],
        ['/mid-a/b-end', '/mid-c/d/e-end'],
      ]
      const isTold = version === 'Express 5'
      const names = {
        [isTold ? 'GET /mix/:id{-:part}' : 'GET /mix/:id']: 3,
        'GET /file/:base.:type': 3,
        'GET /u-:name': 3,
        'GET /o{/:a}{/:b}': 3,
        'GET /pre-*rest': 3,
        'GET /tail/*rest.zip': 3,
        [isTold ? 'GET /mid-*rest-end' : 'GET (pattern)']: 2,
        [isTold ? 'GET /q{/lit}/:z' : 'GET /q/:z']: 3,
        ...(isTold ? { 'GET /arr/:x|/arr2{/:y}': 3 } : { 'GET /arr/:x': 1, 'GET /arr2{/:y}': 2 }),
      }
      for (const start of [0, 1, 2]) {
        const paths = parts.flatMap((each) => [...each.slice(start), ...each.slice(0, start)])
        expect((await told('parts', paths)).counts).toEqual(names)
      }
    },
  )

  it.runIf(version === 'Express 4')('names a mount on everything so', async () => {
    expect((await told('star', ['/a', '/b/c', '/%C3%A9/'])).counts).toEqual({ 'GET *': 3 })
  })

  it('names what answered, although it passes the request on afterwards', async () => {
    expect((await told('after', ['/done/1', '/done/1000000', '/late/x', '/json/1', '/none'])).counts).toEqual({
      'GET /done/:id': 2,
      'GET /late': 1,
      'GET /json/:id': 1,
      'GET /.*/': 1,
    })
  })

  it('names the route that took a request and left the answer to a middleware after it', async () => {
    expect((await told('fill', ['/orders/1', '/orders/2', '/nested/3', '/none'])).counts).toEqual({
      'GET /orders/:id': 2,
      'GET /nested/:id': 1,
      '(unmatched)': 1,
    })
  })

  it('names the route that a router guards', async () => {
    const paths = ['/account/get/1', '/account/get/2?refused=1', '/account/hidden/3', '/account/hidden/4?refused=1']
    expect((await told('guard', paths)).counts).toEqual({
      'GET /account/get/:id': 2,
      'GET /account/hidden/:id': 2,
    })
  })

  it('counts a request once that the app dispatches again', async () => {
    const paths = ['/old/1', '/later/2', '/new/3', '/gone']
    const reported = await report({ variant: 'shape dispatch' }, async ({ port }, service) => {
      for (const path of paths) await ask(port, path)
      const beat = async () => (await reader().nodes()).nodes.find((node) => node.service === service)?.heartbeat
      await vi.waitFor(async () => expect((await beat())?.requests).toBeTruthy(), { timeout: 5_000 })
      expect((await beat())?.setup).not.toContain('registered-twice')
    })
    expect(counts(reported)).toEqual({ 'GET /new/:id': 3, '(unmatched)': 1 })
  })

  it('names the routes of apps and routers that closures hide', async () => {
    const paths = ['/apps/a/deep/b/x', '/apps/a/y/1', '/closed/a/deep/b/x', '/closed/a/y/1', '/direct/app/y/1']
    expect((await told('hidden', paths)).counts).toEqual({
      'GET /apps/:name/deep/:key/x': 1,
      'GET /apps/:name/y/:id': 1,
      'GET /closed/:name/deep/:key/x': 1,
      'GET /closed/:name/y/:id': 1,
      'GET /direct/app/y/:id': 1,
    })
  })

  it('reports the error that decided the answer', async () => {
    const deliberate = ['/deliberate', '/deliberate-later', '/in-route', '/nested/x']
    const failing = ['/recovered', '/replaced', '/page', '/mounted/x', '/root', '/async/x']
    const { counts, exceptions } = await told('decided', [...deliberate, ...failing])
    expect(exceptions).toEqual([
      '(unmatched): root',
      'GET /async: async',
      'GET /mounted: mounted',
      'GET /page: first',
      'GET /recovered: second',
      'GET /replaced: second',
    ])
    expect(counts).toEqual({
      'GET /deliberate': 1,
      'GET /deliberate-later': 1,
      'GET /in-route': 1,
      'GET /nested/x': 1,
      'GET /recovered': 1,
      'GET /replaced': 1,
      'GET /page': 1,
      'GET /mounted': 1,
      'GET /async': 1,
      '(unmatched)': 1,
    })
  })

  it('reports errors that nothing handles', async () => {
    const { exceptions } = await told('unhandled', ['/thrown', '/view', '/next', '/mounted/x', '/root', '/who/me'])
    expect(exceptions).toEqual([
      expect.stringContaining('(unmatched): root'),
      expect.stringContaining('GET /mounted: mounted'),
      expect.stringContaining('GET /next: next'),
      expect.stringContaining('GET /thrown: thrown'),
      expect.stringContaining('GET /view: No default engine'),
      expect.stringContaining('GET /who/:who: parameter'),
    ])
  })

  it.each(['first', 'behind', 'late'])('hands on the same `next` and leaves the stack alone (%s)', async (place) => {
    const answers: string[] = []
    for (const registrations of [0, 1]) {
      const asked = async (shape: string, paths: readonly string[]) =>
        report({ variant: `shape ${shape}`, place: place as 'first', registrations }, async ({ port }) => {
          for (const path of paths) answers.push((await ask(port, path)).text)
        })
      await asked('same', ['/nested/x', '/nested', '/'])
    }
    expect(answers.slice(3)).toEqual(answers.slice(0, 3))
    expect(JSON.parse(answers[3] as string)).not.toContain(false)
  })

  // Express 4 throws when the router of such an app is read. Quasar still waits for its app then, which a listener hides.
  it('leaves apps alone that have nothing in them', async () => {
    const statuses: string[] = []
    const use = async ({ port }: { port: number }) => statuses.push((await ask(port, '/ask')).text)
    await report({ variant: 'shape empty', registrations: 0 }, async (plain) => {
      await report({ variant: 'shape empty', place: 'behind' }, async () => use(plain))
    })
    expect(statuses).toEqual(['404'])
  })

  it('leaves the stack of the app as it is', async () => {
    const statuses: number[] = []
    await report({ variant: 'shape stack' }, async ({ port }) => {
      const { text } = await ask(port, '/remove')
      expect(JSON.parse(text)).toMatchObject({ isSame: true, names: expect.arrayContaining(['quasar']) })
      for (const path of ['/tenant', '/keep']) statuses.push((await ask(port, path)).status)
    })
    expect(statuses).toEqual([404, 200])
  })

  it.each(['first', 'behind'] as const)('shows at most once in the stacks of errors (%s)', async (place) => {
    const paths = ['/a/b/c/x', '/a/b/c/later', '/inner/x', '/mounted/x']
    for (const first of paths) {
      await report({ variant: 'shape frames', place }, async ({ port }) => {
        for (const path of [first, ...paths]) {
          const { text } = await ask(port, path)
          expect(text).toContain('here')
          expect((text.match(/@gravito\/quasar/g) ?? []).length, text).toBeLessThanOrEqual(1)
        }
      })
    }
  })

  it('ignores every path that the router takes for an ignored one', async () => {
    const ignore = ['/health', '/READY', '/mixed', '/in/*', '/users/1', '/strict/health']
    const ignored = ['/health', '/health/', '/HEALTH', '/ready/', '/Ready', '/mixed', '/IN/Health/', '/USERS/1/']
    const counted = ['/health/x', '/users/2', '/strict/health/', '/strict/HEALTH', '/STRICT/health', '/healthy']
    const reported = await shaped('health', [...ignored, ...counted], { options: { ignore } })
    expect(counts(reported)).toEqual({
      'GET /users/:id': 1,
      'GET /strict/health/': 1,
      'GET /strict/HEALTH': 1,
      '(unmatched)': 2,
    })
    const strict = await shaped('strict-health', ['/health', '/health/', '/HEALTH'], { options: { ignore } })
    expect(counts(strict)).toEqual({ '(unmatched)': 2 })
  })

  it('applies slow rules to the name of the route', async () => {
    const slow: [[string, number], [string, number], number] = [
      ['/api/users/:id', 0],
      ['GET /orders/:id/list', 0],
      9_999,
    ]
    const reported = await shaped('siblings', ['/api/users/1', '/orders/1/list', '/users/1/list'], {
      options: { slow },
    })
    expect(reported.slow.map(({ name }) => name).sort()).toEqual(['GET /api/users/:id', 'GET /orders/:id/list'])
  })
})
