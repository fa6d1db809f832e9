import { createServer, request as open } from 'node:http'
import request, { type Response } from 'supertest'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Overview, PulseDifference, PulseEvent } from '../../src/api/types.js'
import { referenceOf } from '../../src/protocol/reference.js'
import type { ZenithOptions } from '../../src/runtime/create-zenith.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { countingReader } from '../zenith/support/counting-reader.js'
import { openStream, send } from '../zenith/support/http.js'
import { cookiesOf, formOf, USERS } from '../zenith/support/login.js'
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

async function queuesOf(zenith: string): Promise<readonly { key: string; name: string }[]> {
  return (await request(zenith).get('/api/queues')).body.items
}

/** The types of superagent have each header as one text; this one is a list. */
const cookieLines = ({ headers }: Response): readonly string[] => [headers['set-cookie'] ?? []].flat()

/** What Zenith does wherever it is mounted. */
/** The only cluster of a Zenith that was given none. */
const ONLY = { id: 'default', name: 'default', colour: 'grey', environment: null }

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
        const { url, zenith } = await mount(path)
        const page = await request(zenith)
          .get('/')
          .expect(200)
          .expect('content-type', /^text\/html/)
        const links = [...page.text.matchAll(/(?:src|href)="([^"#]+)"/g)].map((match) => match[1] as string)
        expect(links.length).toBeGreaterThan(0)
        for (const link of links) {
          expect(link).not.toMatch(/^\/|^\w+:/)
          const file = await request(url).get(new URL(link, `${zenith}/`).pathname)
          expect([link, file.status]).toEqual([link, 200])
        }
      })

      it(`leads from ${path} to ${path}/, with what follows the question mark`, async () => {
        const { zenith } = await mount(path)
        const answer = await request(zenith).get('?theme=dark').expect(302)
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
      await request(url).get('/hello').expect('hello')
      await request(url).post('/echo').send({ a: 1 }).expect({ a: 1 })
    })

    it('tells the whole state, and whether the store answers', async () => {
      await report(store, beatOf('shop', 'web-1'), {
        slow: [slowOf('shop', 'web-1')],
        exceptions: [exceptionOf('shop', 'web-1')],
      })
      const { zenith } = await mount()
      const overview: Overview = (await request(zenith).get('/api/overview')).body
      expect(overview.nodes.map((node) => [node.key, node.state])).toEqual([['shop:web-1', 'live']])
      expect([overview.slow.length, overview.exceptions.length]).toEqual([1, 1])
      const health = await request(zenith).get('/api/health').expect(200)
      expect(health.body).toMatchObject({ status: 'ok', store: { ok: true, kind: 'memory' } })
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
      const page = await request(zenith).head('/').expect(200)
      const stream = await request(zenith).head('/api/stream').expect(200)
      expect([page.text, stream.text]).toEqual([undefined, undefined])
    })

    it('takes a change with the token alone, with a body of up to 1 MB', async () => {
      const source = new ChangedQueue()
      const { zenith } = await mount('/ops/quasar', { ...OPEN, auth: () => 'operator', queues: [source] })
      const key = (await queuesOf(zenith)).find(({ name }) => name === 'mail/a b')?.key ?? ''
      const { token } = (await request(zenith).get('/api/session')).body
      const act = () =>
        request(zenith)
          .post(`/api/queues/${encodeURIComponent(key)}/actions`)
          .set('x-zenith-token', token)
      const pause = { action: 'pause' }
      await act().set('x-zenith-token', 'guessed').send(pause).expect(403)
      await act().set('sec-fetch-site', 'cross-site').send(pause).expect(403)
      expect(source.done).toEqual([])
      await act().set('sec-fetch-site', 'same-origin').send(pause).expect(200, { ok: true })
      const data = JSON.stringify({ text: 'ä'.repeat(30_000) })
      await act()
        .send({ action: 'add', job: { name: 'hello', data } })
        .expect(200, { job: { queue: 'mail/a b', id: '1' } })
      expect(source.done).toEqual(['pause mail/a b', `add hello ${data}`])
      const trail: { items: { action: string }[] } = (await request(zenith).get('/api/audit')).body
      expect(trail.items.map(({ action }) => action)).toEqual(['add', 'add', 'pause', 'pause'])
      await act().send({ action: 'empty' }).expect(403)
    })

    it('takes a job of 3 MB to the byte, where no body parser of the app stands in front', async () => {
      const source = new ChangedQueue()
      const { zenith } = await mount('/ops/quasar', { ...OPEN, auth: () => 'operator', queues: [source] })
      const [queue] = await queuesOf(zenith)
      const { token } = (await request(zenith).get('/api/session')).body
      const data = `{"n":1.0,"2":1e400,"1":"${'ä\\"'.repeat(800_000)}"}`
      const added = await request(zenith)
        .post(`/api/queues/${referenceOf(queue?.key ?? '')}/actions`)
        .set('x-zenith-token', token)
        .send({ action: 'add', job: { name: 'hello', data } })
      if (added.status === 413) expect(name).toContain('after the body parsers')
      else expect([added.status, source.done.at(-1) === `add hello ${data}`]).toEqual([200, true])
    })

    it('knows queues and jobs by references, and by percent-encoding as far as that goes', async () => {
      const source = new ChangedQueue()
      const { zenith } = await mount('/ops/quasar', { ...OPEN, queues: [source] })
      const queues = await queuesOf(zenith)
      expect(queues.map(({ name }) => name).sort()).toEqual([...source.names].sort())
      const idAt = async (path: string): Promise<string | undefined> => (await request(zenith).get(path)).body.id
      for (const { key } of queues)
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
      const post = await request(zenith).post('/api/overview').type('json').send('{"a":')
      // A body parser of the app that stands in front may find the body faulty first.
      expect([400, 405]).toContain(post.status)
      await request(zenith).delete('/api/overview').expect(405)
      const unknown = await request(zenith).get('/api/nothing').expect(404)
      expect(unknown.body).toMatchObject({ error: { code: 'not_found' } })
      await request(zenith).get('/nothing.js').expect(404)
      await request(zenith).get('/..%2f..%2fpackage.json').expect(404)
    })

    it('sends a strict policy with every answer', async () => {
      const { zenith } = await mount()
      for (const path of ['/', '/api/overview', '/api/nothing', '/nothing']) {
        const { headers } = await request(zenith).get(path)
        expect(headers['content-security-policy']).toContain("default-src 'none'")
        expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
        expect(headers['content-security-policy']).not.toContain('unsafe')
        expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })
      }
      await request(zenith).get('/api/overview').expect('cache-control', 'no-store')
    })

    it('tells the auth function who asks, and hides everything from whom it refuses', async () => {
      const peers: (string | null)[] = []
      const auth = (request: Request, peer: string | null) => {
        peers.push(peer)
        return request.headers.get('x-who') === 'operator'
      }
      const { zenith } = await mount('/quasar', { auth })
      const page = await request(zenith).get('/').set('x-who', 'operator')
      const link = /(?:src|href)="([^"#]+)"/.exec(page.text)?.[1]
      for (const path of ['/', '/api/overview', '/api/stream', '/api/health', `/${link?.replace(/^\.\//, '')}`]) {
        expect([path, (await request(zenith).get(path)).status]).toEqual([path, 404])
        const response = await send(zenith + path, { headers: { 'x-who': 'operator' } })
        expect([path, response.statusCode]).toEqual([path, 200])
        response.destroy()
      }
      expect(new Set(peers.map((peer) => peer?.replace('::ffff:', '')))).toEqual(new Set(['127.0.0.1']))
    })

    it('logs in by its form, from a browser that is led there, and out again', async () => {
      const { url, zenith } = await mount('/ops/quasar', { auth: { users: USERS }, logger: false })
      const led = await request(zenith).get('?service=shop').set('accept', 'text/html')
      const login = new URL(led.headers.location ?? '', `${zenith}?service=shop`)
      expect([led.status, login.pathname]).toEqual([303, '/ops/quasar/login'])
      await request(zenith).get('/api/overview').expect(401)
      const page = await request(url).get(login.pathname + login.search)
      const { cookie, ...form } = formOf(page.text, cookieLines(page))
      const enter = (password: string) =>
        request(url)
          .post(login.pathname + login.search)
          .type('form')
          .set({ 'sec-fetch-site': 'same-origin', cookie })
          .send({ ...form, name: 'ada', password })
      await enter('wrong').expect(401)
      const entered = await enter('correct horse').expect(303)
      expect(new URL(entered.headers.location ?? '', login).href).toBe(`${zenith}/?service=shop`)
      const session = cookiesOf(cookieLines(entered))
      const known = await request(zenith).get('/api/session').set('cookie', session)
      const { token, permissions, ...who }: { token: string; permissions: string[] } = known.body
      expect(who).toEqual({
        ...{ user: 'ada', role: 'operator', canLogOut: true, payloads: true },
        ...{ archive: false, alerts: true, account: false, people: false, environment: null, readOnly: false },
        ...{ cluster: ONLY, clusters: [ONLY] },
      })
      expect(permissions).toEqual(expect.arrayContaining(['view', 'queue.retry']))
      expect(permissions).not.toContain('queue.remove')
      expect(token).toMatch(/^[\w-]{43}$/)
      const goodbye = formOf((await request(zenith).get('/logout').set('cookie', session)).text, [])
      await request(zenith)
        .post('/logout')
        .type('form')
        .set({ 'sec-fetch-site': 'same-origin', cookie: session })
        .send({ token: goodbye.token })
        .expect(303)
      await request(zenith).get('/api/session').set('cookie', session).expect(401)
    })

    it('opens without auth in development to this machine alone', async () => {
      const { url, zenith } = await withEnv('NODE_ENV', 'development', () => mount('/quasar', { interval: 50 }))
      const overview = () => request(zenith).get('/api/overview')
      await overview().expect(200)
      await overview()
        .set('host', `evil.example:${new URL(url).port}`)
        .expect(404, /its Host is not a name of this machine/)
      await overview().set('x-forwarded-for', '203.0.113.7').expect(404)
    })

    it.each([undefined, 'production', 'test'])('is closed without auth when NODE_ENV is %s', async (value) => {
      const { zenith } = await withEnv('NODE_ENV', value, () => mount('/quasar', {}))
      for (const path of ['/', '/api/overview', '/api/stream', '/api/health']) {
        const answer = await request(zenith).get(path)
        expect([path, answer.status]).toEqual([path, 404])
        expect(answer.text).toContain('auth')
      }
      await request(zenith).get('/').set('host', 'monitor.example').expect(404, 'Not Found\n')
    })
  })
}
