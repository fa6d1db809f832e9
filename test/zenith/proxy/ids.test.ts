import type { Queue } from 'bullmq'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { JobView } from '../../../src/api/jobs.js'
import type { QueueView } from '../../../src/api/queues.js'
import type { JobFlow, JobListing, JobLogs } from '../../../src/protocol/index.js'
import { referenceOf } from '../../../src/protocol/index.js'
import { bullmqQueues } from '../../../src/queues/bullmq/index.js'
import { createZenith, toNodeHandler } from '../../../src/runtime/create-zenith.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { openQueue } from '../support/bullmq.js'
import { ask } from '../support/http.js'
import { startNginx } from '../support/nginx.js'
import { decoded, normalised, type Rewrite, startPathProxy } from '../support/path-proxy.js'
import { beatOf, present, report } from '../support/records.js'
import { serve } from '../support/serve.js'

/** Whatever a proxy or a router may decode, merge or resolve, and what base64url looks like. */
const IDS = [
  'user/42',
  'a/b',
  'a//b',
  'user/42/logs',
  '/',
  '//',
  '.',
  '..',
  '../..',
  'a/../b',
  '%',
  '%2F',
  '%252F',
  '100%25',
  '?',
  'a?b=c&d',
  '#',
  'a#b',
  'a+b',
  'a b',
  ' ',
  'größe/☃',
  '\u{1f600}',
  '\\',
  ';a=b',
  '~',
  '~dXNlci80Mg',
  '"<&>\'',
  'e\u0301',
]
const QUEUES = ['mail', 'a//b', 'a/b', '..', '%2F', '~x', 'größe ☃', 'q?#+&', '你好'.repeat(60)]

interface Way {
  readonly name: string
  readonly start: (upstream: string) => Promise<string>
}

function behindNginx(name: string, settings: (upstream: string) => string): Way {
  return {
    name: `nginx that ${name}`,
    async start(upstream) {
      const nginx = await startNginx(settings(upstream))
      onTestFinished(() => nginx.stop())
      return `${nginx.url}/ops/quasar`
    },
  }
}

function behindNode(name: string, rewrite: Rewrite): Way {
  return {
    name: `a proxy in Node that ${name}`,
    async start(upstream) {
      const proxy = await startPathProxy(upstream, (target) => rewrite(target.replace(/^\/ops\/quasar/, '')))
      onTestFinished(() => proxy.close())
      return `${proxy.url}/ops/quasar`
    },
  }
}

const PREFIX = 'proxy_set_header X-Forwarded-Prefix /ops/quasar;'
const WAYS: readonly Way[] = [
  { name: 'no proxy', start: async (upstream) => upstream },
  behindNginx('cuts the path off', (upstream) => `location /ops/quasar/ { proxy_pass ${upstream}/; }`),
  behindNginx('leaves the path', (upstream) => `location /ops/quasar/ { proxy_pass ${upstream}; ${PREFIX} }`),
  behindNginx('cuts the path off and merges no slashes', (upstream) => {
    return `merge_slashes off; location /ops/quasar/ { proxy_pass ${upstream}/; }`
  }),
  behindNginx('rewrites', (upstream) => {
    return `location /ops/quasar/ { rewrite ^/ops/quasar/(.*)$ /$1 break; proxy_pass ${upstream}; }`
  }),
  behindNode('normalises paths', normalised),
  behindNode('decodes all of it', decoded),
  behindNode('parses it', (target) => new URL(target, 'http://localhost').href.slice('http://localhost'.length)),
]

describe('an address', () => {
  let redis: TestRedis
  const mail = () => openQueue(redis, 'mail')
  beforeAll(async () => {
    redis = await startRedis()
    return () => redis.stop()
  })

  async function serveThrough(way: Way) {
    const store = memoryStore()
    const source = bullmqQueues({ connection: redis.url })
    const zenith = createZenith({
      store,
      queues: [source],
      auth: () => 'admin',
      proxies: ['127.0.0.1'],
      interval: 50,
      logger: false,
    })
    const server = await serve(toNodeHandler(zenith))
    onTestFinished(async () => {
      await server.close()
      await zenith.close()
      await source.close()
    })
    await report(store, beatOf('a//b/../100%', 'web-1'))
    const url = await way.start(server.url.replace('localhost', '127.0.0.1'))
    return { url, keys: await keysOf(url) }
  }

  async function get<T>(url: string): Promise<T> {
    const answer = await ask(url)
    expect([url, answer.status, answer.status === 200 ? null : answer.text]).toEqual([url, 200, null])
    return answer.json() as T
  }

  async function keysOf(url: string): Promise<ReadonlyMap<string, string>> {
    const { items } = await get<{ items: readonly QueueView[] }>(`${url}/api/queues`)
    return new Map(items.map(({ name, key }) => [name, key]))
  }

  async function post<T>(url: string, path: string, body: object): Promise<T> {
    const { token } = await get<{ token: string }>(`${url}/api/session`)
    const headers = { 'content-type': 'application/json', 'x-zenith-token': token }
    const answer = await ask(`${url}/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    expect([path, answer.status, answer.status === 200 ? null : answer.text]).toEqual([path, 200, null])
    return answer.json() as T
  }

  describe.each(WAYS)('with references through $name', (way) => {
    it('names every job', async () => {
      const queue = mail()
      await fill(queue)
      const { url, keys } = await serveThrough(way)
      const jobs = `${url}/api/queues/${referenceOf(present(keys.get('mail')))}/jobs`
      expect((await get<JobListing>(`${jobs}?state=waiting`)).jobs.map(({ id }) => id).sort()).toEqual([...IDS].sort())
      for (const id of IDS) {
        const path = `${jobs}/${referenceOf(id)}`
        const view = await get<JobView>(path)
        expect([view.id, view.data.text]).toEqual([id, JSON.stringify({ id })])
        expect((await get<JobLogs>(`${path}/logs`)).lines).toEqual([`log of ${id}`])
        expect((await get<JobFlow>(`${path}/flow`)).id).toBe(id)
      }
    })

    it('names every queue and service', async () => {
      for (const name of QUEUES) await openQueue(redis, name).add('once', { name }, { jobId: 'a/b' })
      const { url, keys } = await serveThrough(way)
      for (const name of QUEUES) {
        const key = present(keys.get(name))
        const path = `api/queues/${referenceOf(key)}`
        expect((await get<{ view: QueueView }>(`${url}/${path}`)).view.name).toBe(name)
        const view = await get<JobView>(`${url}/${path}/jobs/${referenceOf('a/b')}`)
        if (name !== 'mail') expect(view.data.text).toBe(JSON.stringify({ name }))
        await post(url, `${path}/actions`, { action: 'pause' })
        expect(await openQueue(redis, name).isPaused()).toBe(true)
        await post(url, `${path}/actions`, { action: 'resume' })
        await get(`${url}/api/schedulers?queue=${referenceOf(key)}`)
      }
      const service = await get<{ service: string }>(`${url}/api/services/${referenceOf('a//b/../100%')}`)
      expect(service.service).toBe('a//b/../100%')
    })
  })

  it('may be percent-encoded as before', async () => {
    const queue = mail()
    await fill(queue)
    const { url, keys } = await serveThrough(present(WAYS[0]))
    for (const id of IDS.filter((one) => one !== '.' && one !== '..')) {
      const path = `${url}/api/queues/${encodeURIComponent(present(keys.get('mail')))}/jobs/${encodeURIComponent(id)}`
      expect((await get<JobView>(path)).id).toBe(id)
      expect((await get<JobLogs>(`${path}/logs`)).lines).toEqual([`log of ${id}`])
    }
  })

  it.each(WAYS.slice(0, 5))('is read where its slashes were decoded by $name', async (way) => {
    await fill(mail())
    const { url, keys } = await serveThrough(way)
    const path = `${url}/api/queues/${encodeURIComponent(present(keys.get('mail')))}/jobs/user%2F42`
    expect((await get<JobView>(path)).id).toBe('user/42')
    expect((await get<JobLogs>(`${path}/logs`)).lines).toEqual(['log of user/42'])
  })

  it('may mix both, where the queue is a reference', async () => {
    await fill(mail())
    const { url, keys } = await serveThrough(present(WAYS[0]))
    const jobs = `${url}/api/queues/${referenceOf(present(keys.get('mail')))}/jobs`
    for (const id of ['user/42', '100%25', 'a+b'])
      expect((await get<JobView>(`${jobs}/${encodeURIComponent(id)}`)).id).toBe(id)
  })

  it('of no id is refused as before', async () => {
    const { url, keys } = await serveThrough(present(WAYS[0]))
    const key = referenceOf(present(keys.get('mail')))
    for (const path of [`${key}/jobs/~!`, `${key}/jobs/~_w`, '~_w', '~!/jobs/1', `${key}/jobs/%`, `${key}/jobs/`])
      expect([path, (await ask(`${url}/api/queues/${path}`)).status]).toEqual([path, 404])
  })
})

async function fill(queue: Queue): Promise<void> {
  await queue.obliterate({ force: true })
  for (const id of IDS) {
    const job = await queue.add('once', { id }, { jobId: id })
    await job.log(`log of ${id}`)
  }
}
