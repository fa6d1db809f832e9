import { createServer, request as open } from 'node:http'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Overview, PulseDifference, PulseEvent } from '../../src/api/types.js'
import { referenceOf } from '../../src/protocol/reference.js'
import type { ZenithOptions } from '../../src/runtime/create-zenith.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { countingReader } from '../zenith/support/counting-reader.js'
import { ask, openStream, send } from '../zenith/support/http.js'
import { cookiesOf, formBody, formOf, USERS } from '../zenith/support/login.js'
import { beatOf, exceptionOf, report, slowOf } from '../zenith/support/records.js'
import { listen, withEnv } from '../zenith/support/serve.js'
import { ChangedQueue } from './zenith-mount/changed-queue.js'

export interface MountedApp {
  /** Without a slash at the end. */
  readonly url: string
  /** Ends it the way its framework is ended, streams or not. */
  stop(): Promise<void>
}

/** Starts an app that has Zenith under a path, and answers `GET /hello` and `POST /echo` (JSON) itself. */
export type StartMount = (path: string, options: ZenithOptions) => Promise<MountedApp>

const OPEN = { auth: () => true, interval: 50 }

/** What Zenith does wherever it is mounted. */
export function zenithMountSuite(name: string, start: StartMount): void {
  describe(`Zenith in ${name}`, () => {
    const stops: (() => Promise<void>)[] = []
    let store = memoryStore()
    beforeEach(() => {
      store = memoryStore()
    })
    afterEach(async () => {
      for (const stop of stops.splice(0)) await stop()
    })

    async function mount(path = '/quasar', options: ZenithOptions = OPEN) {
      const app = await start(path, { store, ...options })
      stops.push(() => app.stop())
      return { ...app, zenith: app.url + path.replace(/\/$/, '') }
    }

    for (const path of ['/quasar', '/ops/quasar']) {
      it(`shows its page under ${path} with links that lead to its files`, async () => {
        const { zenith } = await mount(path)
        const page = await ask(`${zenith}/`)
        expect(page.status).toBe(200)
        expect(page.headers['content-type']).toMatch(/^text\/html/)
        const links = [...page.text.matchAll(/(?:src|href)="([^"#]+)"/g)].map((match) => match[1] as string)
        expect(links.length).toBeGreaterThan(0)
        for (const link of links) {
          expect(link).not.toMatch(/^\/|^\w+:/)
          const file = await ask(new URL(link, `${zenith}/`).href)
          expect([link, file.status]).toEqual([link, 200])
        }
      })

      it(`leads from ${path} to ${path}/, with what follows the question mark`, async () => {
        const { zenith } = await mount(path)
        const answer = await ask(`${zenith}?theme=dark`)
        expect(answer.status).toBe(302)
        expect(new URL(answer.headers.location ?? '', `${zenith}?theme=dark`).href).toBe(`${zenith}/?theme=dark`)
        const page = await fetch(zenith)
        expect(page.url).toBe(`${zenith}/`)
        expect(await page.text()).toContain('<')
      })
    }

    it('works behind a proxy that cuts a prefix off', async () => {
      const app = await mount('/quasar')
      const proxy = await listen(
        createServer((request, response) => {
          const headers = { ...request.headers, 'x-forwarded-prefix': '/tools' }
          const path = `${app.url}${(request.url ?? '').replace(/^\/tools/, '')}`
          open(path, { headers, agent: false }, (answer) => {
            response.writeHead(answer.statusCode ?? 500, answer.headers)
            answer.pipe(response)
          }).end()
        }),
      )
      stops.push(() => proxy.close())
      const page = await fetch(`${proxy.url}/tools/quasar`)
      expect([page.url, page.status]).toEqual([`${proxy.url}/tools/quasar/`, 200])
      const link = /(?:src|href)="([^"#]+)"/.exec(await page.text())?.[1] ?? ''
      expect((await fetch(new URL(link, page.url))).status).toBe(200)
      expect((await fetch(new URL('api/overview', page.url))).status).toBe(200)
    })

    it('leaves the app’s own routes alone', async () => {
      const { url } = await mount()
      expect((await ask(`${url}/hello`)).text).toBe('hello')
      const headers = { 'content-type': 'application/json' }
      const echo = await ask(`${url}/echo`, { method: 'POST', headers, body: '{"a":1}' })
      expect(echo.json()).toEqual({ a: 1 })
    })

    it('tells the whole state, and whether the store answers', async () => {
      await report(store, beatOf('shop', 'web-1'), {
        slow: [slowOf('shop', 'web-1')],
        exceptions: [exceptionOf('shop', 'web-1')],
      })
      const { zenith } = await mount()
      const overview = (await ask(`${zenith}/api/overview`)).json() as Overview
      expect(overview.nodes.map((node) => [node.key, node.state])).toEqual([['shop:web-1', 'live']])
      expect([overview.slow.length, overview.exceptions.length]).toEqual([1, 1])
      const health = await ask(`${zenith}/api/health`)
      expect([health.status, health.json()]).toMatchObject([200, { status: 'ok', store: { ok: true, kind: 'memory' } }])
    })

    it('streams the whole state first, then what changes, and goes on after a broken line', async () => {
      await report(store, beatOf('shop', 'web-1'))
      const { zenith } = await mount()
      const stream = await openStream(`${zenith}/api/stream`)
      expect(stream.headers).toMatchObject({
        'content-type': expect.stringMatching(/^text\/event-stream/),
        'cache-control': expect.stringMatching(/no-store.*no-transform/),
      })
      const first = await stream.next()
      expect(first.name).toBe('system_pulse')
      expect((first.data as PulseEvent).full).toBe(true)

      await report(store, beatOf('shop', 'web-2'), {
        exceptions: [exceptionOf('shop', 'web-2', { message: 'no stock' })],
      })
      const change = await stream.next((event) => event.name === 'system_pulse')
      expect((change.data as PulseDifference).nodes.map((node) => node.id)).toEqual(['web-2'])
      const errors = await stream.next((event) => event.name === 'errors')
      expect(errors.data).toMatchObject([{ message: 'no stock', node: 'web-2' }])
      stream.close()

      const again = await openStream(`${zenith}/api/stream`, { 'last-event-id': first.id })
      const resumed = await again.next()
      expect(resumed.id).toBe(change.id)
      expect((resumed.data as PulseEvent).full).toBe(false)
      again.close()
    })

    it('stops reading when the last viewer has gone', async () => {
      const reader = countingReader(store)
      const { zenith } = await mount('/quasar', { ...OPEN, store: reader })
      const stream = await openStream(`${zenith}/api/stream`)
      await stream.next()
      await vi.waitFor(() => expect(reader.looks).toBeGreaterThan(3))
      stream.close()
      // Twice the same count over several intervals: nobody reads any more.
      await vi.waitFor(
        async () => {
          const before = reader.looks
          await new Promise((resolve) => setTimeout(resolve, 400))
          expect(reader.looks).toBe(before)
        },
        { timeout: 10_000 },
      )
    })

    it('lets the app end while somebody watches', async () => {
      const app = await mount()
      const stream = await openStream(`${app.zenith}/api/stream`)
      await stream.next()
      await app.stop()
      await stream.ended
    })

    it('answers HEAD without a body, and holds no stream open for it', async () => {
      const { zenith } = await mount()
      const page = await ask(`${zenith}/`, { method: 'HEAD' })
      expect([page.status, page.body.length]).toEqual([200, 0])
      const stream = await ask(`${zenith}/api/stream`, { method: 'HEAD' })
      expect([stream.status, stream.body.length]).toEqual([200, 0])
    })

    it('takes a change with the token alone, with a body of up to 1 MB', async () => {
      const source = new ChangedQueue()
      const { zenith } = await mount('/ops/quasar', { ...OPEN, auth: () => 'operator', queues: [source] })
      const { items } = (await ask(`${zenith}/api/queues`)).json() as { items: { key: string; name: string }[] }
      const key = items.find(({ name }) => name === 'mail/a b')?.key ?? ''
      const url = `${zenith}/api/queues/${encodeURIComponent(key)}/actions`
      const { token } = (await ask(`${zenith}/api/session`)).json() as { token: string }
      const post = (body: unknown, headers: Record<string, string> = {}) => {
        const all = { 'content-type': 'application/json', 'x-zenith-token': token, ...headers }
        return ask(url, { method: 'POST', headers: all, body: JSON.stringify(body) })
      }
      expect((await post({ action: 'pause' }, { 'x-zenith-token': 'guessed' })).status).toBe(403)
      expect((await post({ action: 'pause' }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
      expect(source.done).toEqual([])
      const paused = await post({ action: 'pause' }, { 'sec-fetch-site': 'same-origin' })
      expect([paused.status, paused.json()]).toEqual([200, { ok: true }])
      const data = JSON.stringify({ text: 'ä'.repeat(30_000) })
      const added = await post({ action: 'add', job: { name: 'hello', data } })
      expect([added.status, added.json()]).toEqual([200, { job: { queue: 'mail/a b', id: '1' } }])
      expect(source.done).toEqual(['pause mail/a b', `add hello ${data}`])
      const trail = (await ask(`${zenith}/api/audit`)).json() as { items: { action: string }[] }
      expect(trail.items.map(({ action }) => action)).toEqual(['add', 'add', 'pause', 'pause'])
      expect((await post({ action: 'empty' })).status).toBe(403)
    })

    it('takes a job of 3 MB to the byte, where no body parser of the app stands in front', async () => {
      const source = new ChangedQueue()
      const { zenith } = await mount('/ops/quasar', { ...OPEN, auth: () => 'operator', queues: [source] })
      const { items } = (await ask(`${zenith}/api/queues`)).json() as { items: { key: string; name: string }[] }
      const { token } = (await ask(`${zenith}/api/session`)).json() as { token: string }
      const data = `{"n":1.0,"2":1e400,"1":"${'ä\\"'.repeat(800_000)}"}`
      const added = await ask(`${zenith}/api/queues/${referenceOf(items[0]?.key ?? '')}/actions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-zenith-token': token },
        body: JSON.stringify({ action: 'add', job: { name: 'hello', data } }),
      })
      if (added.status === 413) expect(name).toContain('after the body parsers')
      else expect([added.status, source.done.at(-1) === `add hello ${data}`]).toEqual([200, true])
    })

    it('knows queues and jobs by references, and by percent-encoding as far as that goes', async () => {
      const source = new ChangedQueue()
      const { zenith } = await mount('/ops/quasar', { ...OPEN, queues: [source] })
      const { items } = (await ask(`${zenith}/api/queues`)).json() as { items: { key: string; name: string }[] }
      expect(items.map(({ name }) => name).sort()).toEqual([...source.names].sort())
      const idAt = async (path: string) => ((await ask(zenith + path)).json() as { id?: string }).id
      for (const { key } of items)
        for (const id of [
          'user/42',
          'a//b',
          '.',
          '..',
          '%',
          '%2F',
          '?',
          '#',
          '+',
          ' ',
          'größe/☃',
          '~',
          '~YQ',
          'ä'.repeat(900),
          '',
        ]) {
          expect(await idAt(`/api/queues/${referenceOf(key)}/jobs/${referenceOf(id)}`)).toBe(id)
          const isDots = id === '' || id === '.' || id === '..'
          if (!isDots)
            expect(await idAt(`/api/queues/${encodeURIComponent(key)}/jobs/${encodeURIComponent(id)}`)).toBe(id)
        }
    })

    it('changes nothing and knows no other paths', async () => {
      const { zenith } = await mount()
      const headers = { 'content-type': 'application/json' }
      const post = await ask(`${zenith}/api/overview`, { method: 'POST', headers, body: '{"a":' })
      // A body parser of the app that stands in front may find the body faulty first.
      expect([400, 405]).toContain(post.status)
      expect((await ask(`${zenith}/api/overview`, { method: 'DELETE' })).status).toBe(405)
      const unknown = await ask(`${zenith}/api/nothing`)
      expect([unknown.status, unknown.json()]).toMatchObject([404, { error: { code: 'not_found' } }])
      expect((await ask(`${zenith}/nothing.js`)).status).toBe(404)
      expect((await ask(`${zenith}/..%2f..%2fpackage.json`)).status).toBe(404)
    })

    it('sends a strict policy with every answer', async () => {
      const { zenith } = await mount()
      for (const path of ['/', '/api/overview', '/api/nothing', '/nothing']) {
        const { headers } = await ask(zenith + path)
        expect(headers['content-security-policy']).toContain("default-src 'none'")
        expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
        expect(headers['content-security-policy']).not.toContain('unsafe')
        expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })
      }
      expect((await ask(`${zenith}/api/overview`)).headers['cache-control']).toBe('no-store')
    })

    it('tells the auth function who asks, and hides everything from whom it refuses', async () => {
      const peers: (string | null)[] = []
      const auth = (request: Request, peer: string | null) => {
        peers.push(peer)
        return request.headers.get('x-who') === 'operator'
      }
      const { zenith } = await mount('/quasar', { auth })
      const link = /(?:src|href)="([^"#]+)"/.exec(
        (await ask(`${zenith}/`, { headers: { 'x-who': 'operator' } })).text,
      )?.[1]
      for (const path of ['/', '/api/overview', '/api/stream', '/api/health', `/${link}`]) {
        expect([path, (await ask(zenith + path)).status]).toEqual([path, 404])
        const response = await send(zenith + path, { headers: { 'x-who': 'operator' } })
        expect([path, response.statusCode]).toEqual([path, 200])
        response.destroy()
      }
      expect(new Set(peers.map((peer) => peer?.replace('::ffff:', '')))).toEqual(new Set(['127.0.0.1']))
    })

    it('logs in by its form, from a browser that is led there, and out again', async () => {
      const { zenith } = await mount('/ops/quasar', { auth: { users: USERS }, logger: false })
      const led = await ask(`${zenith}?service=shop`, { headers: { accept: 'text/html' } })
      const login = new URL(led.headers.location ?? '', `${zenith}?service=shop`)
      expect([led.status, login.pathname]).toEqual([303, '/ops/quasar/login'])
      expect((await ask(`${zenith}/api/overview`)).status).toBe(401)
      const page = await ask(login.href)
      const { cookie, ...form } = formOf(page.text, page.headers['set-cookie'] ?? [])
      const send = (fields: Record<string, string>, to: string, cookie: string) => {
        const type = 'application/x-www-form-urlencoded'
        const headers = { 'content-type': type, 'sec-fetch-site': 'same-origin', cookie }
        return ask(to, { method: 'POST', headers, body: formBody(fields) })
      }
      const wrong = await send({ ...form, name: 'ada', password: 'wrong' }, login.href, cookie)
      expect(wrong.status).toBe(401)
      const entered = await send({ ...form, name: 'ada', password: 'correct horse' }, login.href, cookie)
      expect(entered.status).toBe(303)
      expect(new URL(entered.headers.location ?? '', login).href).toBe(`${zenith}/?service=shop`)
      const session = cookiesOf(entered.headers['set-cookie'] ?? [])
      const known = await ask(`${zenith}/api/session`, { headers: { cookie: session } })
      const { token, permissions, ...who } = known.json() as { token: string; permissions: string[] }
      expect(who).toEqual({ user: 'ada', role: 'operator', canLogOut: true, payloads: true })
      expect(permissions).toEqual(expect.arrayContaining(['view', 'queue.retry']))
      expect(permissions).not.toContain('queue.remove')
      expect(token).toMatch(/^[\w-]{43}$/)
      const goodbye = formOf((await ask(`${zenith}/logout`, { headers: { cookie: session } })).text, [])
      expect((await send({ token: goodbye.token }, `${zenith}/logout`, session)).status).toBe(303)
      expect((await ask(`${zenith}/api/session`, { headers: { cookie: session } })).status).toBe(401)
    })

    it('opens without auth in development to this machine alone', async () => {
      const { url, zenith } = await withEnv('NODE_ENV', 'development', () => mount('/quasar', { interval: 50 }))
      expect((await ask(`${zenith}/api/overview`)).status).toBe(200)
      const host = `evil.example:${new URL(url).port}`
      const rebound = await ask(`${zenith}/api/overview`, { headers: { host } })
      expect([rebound.status, rebound.text]).toEqual([
        404,
        expect.stringContaining('its Host is not a name of this machine'),
      ])
      const forwarded = await ask(`${zenith}/api/overview`, { headers: { 'x-forwarded-for': '203.0.113.7' } })
      expect(forwarded.status).toBe(404)
    })

    it.each([undefined, 'production', 'test'])('is closed without auth when NODE_ENV is %s', async (value) => {
      const { zenith } = await withEnv('NODE_ENV', value, () => mount('/quasar', {}))
      for (const path of ['/', '/api/overview', '/api/stream', '/api/health']) {
        const answer = await ask(zenith + path)
        expect([path, answer.status]).toEqual([path, 404])
        expect(answer.text).toContain('auth')
      }
      const foreign = await ask(`${zenith}/`, { headers: { host: 'monitor.example' } })
      expect([foreign.status, foreign.text]).toEqual([404, 'Not Found\n'])
    })
  })
}
