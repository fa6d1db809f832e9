import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Queue } from 'bullmq'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { ClusterListing } from '../../src/api/clusters.js'
import type { Overview } from '../../src/api/overview.js'
import type { QueueView } from '../../src/api/queues.js'
import type { SchedulerView } from '../../src/api/schedulers.js'
import type { ServiceView } from '../../src/api/services.js'
import type { AuditEntry, JobListing, JobOutcome } from '../../src/protocol/index.js'
import { launchBrowser } from '../support/browser.js'
import { startRedis } from '../support/redis.js'
import { cookiesOf, formBody, formOf } from '../zenith/support/login.js'
import { commandOf, descendantsOf, stillRunning } from './processes.js'
import { type Running, start } from './run-script.js'

const patience = { timeout: 60_000, interval: 200 }
const apis = ['accounts-api', 'catalog-api', 'orders-api', 'shop-api']
/** Reports twice a second: the tests wait for several reports. */
const hasty = { PORT: '0', QUASAR_INTERVAL: '500', QUASAR_DEMO_LANGUAGES: 'none' }

const started: Running[] = []

function startDemo(env: Record<string, string> = {}) {
  const demo = start(process.execPath, ['examples/demo/main.mjs'], { ...hasty, ...env })
  started.push(demo)
  return demo
}

afterEach(async () => {
  for (const demo of started.splice(0)) {
    // It ends its own children; killed hard, they notice it by themselves.
    demo.kill('SIGKILL')
    await demo.ended
  }
})

/** What a browser that opened a demo's link sends from then on, by the demo's URL. */
const cookies = new Map<string, string>()

/** Opens the demo's link. @returns its URL */
async function urlOf(demo: Running): Promise<string> {
  const [link, url] = await vi.waitFor(() => {
    const [, link = '', url = ''] =
      /Open ((http:\/\/localhost:\d+)\/login\/link\/[\w-]{43})\s/.exec(demo.output()) ?? []
    if (!url) throw new Error(`No URL yet: ${demo.output()}`)
    return [link, url]
  }, patience)
  expect((await fetch(`${url}/api/overview`)).status).toBe(401)
  const [cookie = ''] = (await fetch(link, { redirect: 'manual' })).headers.getSetCookie()
  cookies.set(url, cookie.split(';', 1)[0] ?? '')
  return url
}

/** As the browser that opened the link. */
function get(url: string, init: RequestInit = {}): Promise<Response> {
  return fetch(url, { ...init, headers: { ...init.headers, cookie: cookies.get(new URL(url).origin) ?? '' } })
}

/** Logs in by the form. @returns what asks as that user */
async function logIn(url: string, name: string, password: string) {
  const page = await fetch(`${url}/login`)
  const { token, next, cookie } = formOf(await page.text(), page.headers.getSetCookie())
  const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' }
  const body = formBody({ token, next, name, password })
  const answer = await fetch(`${url}/login`, { method: 'POST', redirect: 'manual', headers, body })
  const session = cookiesOf(answer.headers.getSetCookie())
  return (asked: string) => fetch(asked, { headers: { cookie: session } })
}

async function overview(url: string): Promise<Overview> {
  const response = await get(`${url}/api/overview`)
  expect(response.status).toBe(200)
  return (await response.json()) as Overview
}

const names = (services: readonly ServiceView[]) => services.map(({ service }) => service).sort()

const FOREIGN = [
  ['laravel', 'default'],
  ['gravito-stream', 'orders'],
  ['redis-list', 'thumbnails'],
] as const

/** Throws while nothing has failed yet. */
async function retryNewest(url: string, queue: string): Promise<readonly JobOutcome[]> {
  const jobs = `${url}/api/queues/${encodeURIComponent(queue)}/jobs`
  const { jobs: failed } = (await (await get(`${jobs}?state=failed`)).json()) as JobListing
  const [job] = failed
  if (!job) throw new Error(`Nothing has failed in ${queue} yet`)
  const { token } = (await (await get(`${url}/api/session`)).json()) as { token: string }
  const headers = { 'x-zenith-token': token, 'content-type': 'application/json' }
  const response = await get(jobs, {
    method: 'POST',
    headers,
    body: JSON.stringify({ action: 'retry', ids: [job.id] }),
  })
  return ((await response.json()) as { outcomes: JobOutcome[] }).outcomes
}

/** A folder for the PATH with nothing in it. */
async function withEmptyPath<T>(use: (path: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'quasar-empty-'))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

describe('npm run demo', () => {
  it('shows apps live with their requests, jobs, slow entries and exceptions, and ends at Ctrl-C', async () => {
    const demo = startDemo()
    const url = await urlOf(demo)
    const page = await get(url)
    expect(page.status).toBe(200)
    expect(page.headers.get('content-type')).toContain('text/html')

    await vi.waitFor(async () => {
      const { services, nodes, slow, exceptions, store } = await overview(url)
      expect(names(services)).toEqual([...apis, 'mail-worker', 'queue-watch'].sort())
      expect(nodes.map(({ state }) => state)).toEqual(nodes.map(() => 'live'))
      expect(store).toMatchObject({ ok: true, kind: 'redis' })
      const busy = services.filter(({ requests }) => (requests?.rate ?? 0) > 0)
      expect(names(busy)).toEqual(apis)
      const worker = services.find(({ service }) => service === 'mail-worker')
      expect(worker?.jobs?.rate).toBeGreaterThan(0)
      expect(new Set(slow.map(({ kind }) => kind))).toEqual(new Set(['request', 'job']))
      expect(new Set(exceptions.map(({ service }) => service)).size).toBe(5)
    }, patience)

    const children = descendantsOf(demo.pid)
    // Five apps, what watches queues, what plays other apps, the load generator, and redis-server with its keeper.
    expect(children).toHaveLength(10)
    demo.interrupt()
    expect(await inTime(demo.ended)).toBe(0)
    expect(stillRunning(children)).toEqual([])
  })

  it('shows services in other languages, and the host by the agent', async ({ skip }) => {
    const demo = startDemo({ QUASAR_DEMO_LANGUAGES: '' })
    const url = await urlOf(demo)
    const [told = ''] = await vi.waitFor(
      () => {
        const lines = /Also on the page: (.*)\.\n|Left out, because (.*)\.\n/.exec(demo.output())
        if (!lines) throw new Error(`Not there yet: ${demo.output()}`)
        return lines.slice(1)
      },
      { ...patience, timeout: 200_000 },
    )
    if (!told) skip('Neither Go, Python nor PHP is installed')
    const expected = told.split(', ').map((words) => (words === 'the host by the agent' ? 'host' : words.split(' ')[0]))
    await vi.waitFor(async () => {
      const { nodes } = await overview(url)
      const live = nodes.filter(({ state }) => state === 'live').map(({ service }) => service)
      expect(live).toEqual(expect.arrayContaining(expected))
    }, patience)
    expect(demo.output()).not.toContain('It does not start')
    demo.kill('SIGINT')
    expect(await demo.ended).toBe(0)
  })

  it('has an alert that fires, and prints the message that its receiver got', async () => {
    const demo = startDemo()
    const url = await urlOf(demo)
    const listed = async (path: string) => (await (await get(`${url}/api/${path}`)).json()) as { items: object[] }
    await vi.waitFor(
      async () => {
        const { items } = await listed('alerts/deliveries?receiver=terminal')
        expect(items).toContainEqual(expect.objectContaining({ state: 'sent', event: 'firing', status: 200 }))
        expect(demo.output()).toContain('Alert (firing, warning): GET /search of shop-api: P95')
      },
      { ...patience, timeout: 120_000 },
    )
    expect((await listed('alerts')).items).toContainEqual(
      expect.objectContaining({ rule: 'search-slow', state: 'firing', severity: 'warning' }),
    )
  }, 240_000)

  it('shows queues of four kinds, and retries a failed job of each that can', async () => {
    const demo = startDemo()
    const url = await urlOf(demo)
    const queueOf = (queues: readonly QueueView[], driver: string, name: string) =>
      queues.find((queue) => queue.driver === driver && queue.name === name)
    await vi.waitFor(async () => {
      const { queues } = await overview(url)
      expect(queueOf(queues, 'bullmq', 'mail')).toMatchObject({ services: ['mail-worker'], workers: 1, error: null })
      expect(queueOf(queues, 'bullmq', 'mail')?.throughput?.in).toBeGreaterThan(0)
      for (const [driver, name] of FOREIGN) {
        expect(queueOf(queues, driver, name)).toMatchObject({ services: ['queue-watch'], error: null })
      }
    }, patience)
    for (const [driver, name] of [
      ...FOREIGN.filter(([kind]) => kind === 'gravito-stream'),
      ['bullmq', 'mail'],
    ] as const) {
      const key = queueOf((await overview(url)).queues, driver, name)?.key ?? ''
      const outcome = await vi.waitFor(() => retryNewest(url, key), patience)
      expect(outcome).toEqual([{ id: expect.any(String), ok: true, reason: null }])
    }
    const { items } = (await (await get(`${url}/api/audit`)).json()) as { items: AuditEntry[] }
    expect(items.filter(({ step, ok }) => step === 'result' && ok)).toHaveLength(2)
    const schedulers = (await (await get(`${url}/api/schedulers`)).json()) as { items: SchedulerView[] }
    expect(schedulers.items.map(({ id }) => id).sort()).toEqual(['daily-digest', 'export-orders'])
  })

  it('finds a finished job that Redis no longer has by its payload, and leaves no archive behind', async () => {
    const { url: redis, stop } = await startRedis()
    onTestFinished(() => stop())
    const demo = startDemo({ QUASAR_REDIS_URL: redis })
    const url = await urlOf(demo)
    const find = async (q: string) => {
      const response = await get(`${url}/api/archive/jobs?q=${encodeURIComponent(q)}`)
      return ((await response.json()) as { items: { id: string; queue: string; queueName: string }[] }).items
    }
    const [job] = await vi.waitFor(async () => {
      const found = await find('to:customer-1@example.com queue:mail')
      expect(found).toMatchObject([{ queueName: 'mail' }])
      return found
    }, patience)
    // BullMQ keeps the last hundred: as soon as as many came after it, or it is removed as a user would, the archive alone has it.
    const bullmq = new Queue('mail', { connection: { url: redis } })
    onTestFinished(() => bullmq.close())
    await bullmq.remove(job?.id ?? '')
    expect(await bullmq.getJob(job?.id ?? '')).toBeUndefined()
    expect(await find('to:customer-1@example.com')).toMatchObject([{ id: job?.id }])
    const [, dir = ''] = /archives to (\S+) until/.exec(demo.output()) ?? []
    expect(existsSync(join(dir, 'archive.db'))).toBe(true)
    demo.kill('SIGINT')
    await demo.ended
    expect(existsSync(dir)).toBe(false)
  })

  it('lets every app say good-bye at Ctrl-C', async () => {
    const redis = await startRedis()
    try {
      const demo = startDemo({ REDIS_URL: redis.url })
      const url = await urlOf(demo)
      await vi.waitFor(async () => expect((await overview(url)).nodes).toHaveLength(6), patience)
      demo.interrupt()
      expect(await inTime(demo.ended)).toBe(0)
      const client = redis.client()
      expect(await client.keys('gravito:quasar:*node*')).toEqual([])
    } finally {
      await redis.stop()
    }
  })

  it('shows three clusters to three people, each with theirs, with --clusters', async () => {
    const demo = start(process.execPath, ['examples/demo/main.mjs', '--clusters'], hasty)
    started.push(demo)
    const [url, password] = await vi.waitFor(() => {
      const [, url = ''] = /Open (http:\/\/localhost:\d+)\s/.exec(demo.output()) ?? []
      const [, password = ''] = /with the password "([^"]+)"/.exec(demo.output()) ?? []
      if (!url) throw new Error(`No URL yet: ${demo.output()}`)
      return [url, password]
    }, patience)
    const seenBy = async (name: string) => {
      const browser = await logIn(url, name, password)
      return async () => {
        const { items } = (await (await browser(`${url}/api/clusters`)).json()) as ClusterListing
        return items.map(({ id, figures }) => [id, figures?.services, figures?.queues])
      }
    }
    const [ada, vera, olga] = await Promise.all([seenBy('ada'), seenBy('vera'), seenBy('olga')])
    await vi.waitFor(async () => {
      const [production, staging, development] = [
        ['production', 3, 1],
        ['staging', 2, 1],
        ['development', 2, 1],
      ]
      expect(await ada()).toEqual([production, staging, development])
      expect(await vera()).toEqual([staging, development])
      expect(await olga()).toEqual([production, staging])
    }, patience)
  })

  it('ends at Ctrl-C under npm with exit code 0', async () => {
    const demo = start('npm', ['run', 'demo', '--ignore-scripts'], hasty)
    started.push(demo)
    await urlOf(demo)
    const children = descendantsOf(demo.pid)
    demo.interrupt()
    expect(await inTime(demo.ended)).toBe(0)
    expect(stillRunning(children)).toEqual([])
  })

  it('has an early page that says what is done, and loads Zenith when it is there', async () => {
    const demo = startDemo()
    const url = await vi.waitFor(() => {
      const [, url = ''] = /The demo will be at (http:\/\/localhost:\d+)/.exec(demo.output()) ?? []
      if (!url) throw new Error(`No URL yet: ${demo.output()}`)
      return url
    }, patience)
    const browser = await launchBrowser()
    onTestFinished(() => browser.close())
    const page = await browser.newPage()
    const answer = await page.goto(url)
    // Where the machine is quick, Zenith is already there.
    if (answer?.status() === 503) await page.getByRole('heading', { name: 'The demo is starting' }).waitFor()
    await page.getByText('Open the link that the demo printed').waitFor({ timeout: patience.timeout })
    expect(demo.output()).toMatch(/Looking for a Redis …[\s\S]*Compiling the app for Nest …[\s\S]*Starting \d apps …/)
  })

  it('ends while it is starting', async () => {
    const demo = startDemo()
    const children = await vi.waitFor(() => {
      const found = descendantsOf(demo.pid)
      expect(found.length).toBeGreaterThan(2)
      return found
    }, patience)
    demo.interrupt()
    expect(await inTime(demo.ended)).toBe(0)
    await vi.waitFor(() => expect(stillRunning(children)).toEqual([]), patience)
  })

  it('leaves nothing behind when it is killed hard', async () => {
    const demo = startDemo()
    await urlOf(demo)
    const children = descendantsOf(demo.pid)
    expect(children).toHaveLength(10)
    demo.kill('SIGKILL')
    expect(await demo.ended).toBe('SIGKILL')
    await vi.waitFor(() => expect(stillRunning(children)).toEqual([]), patience)
  })

  it('says in one line that an app died, and goes on', async () => {
    const demo = startDemo()
    const url = await urlOf(demo)
    const shop = descendantsOf(demo.pid).find((pid) => commandOf(pid).includes('express/app.mjs'))
    process.kill(shop ?? 0, 'SIGKILL')
    await vi.waitFor(() => expect(demo.output()).toMatch(/^shop-api ended with signal SIGKILL/m), patience)
    expect((await overview(url)).services).not.toEqual([])
  })

  it('runs the HTTP apps in one process where there is no Redis, and says what is left out', async () => {
    await withEmptyPath(async (PATH) => {
      const demo = startDemo({ PATH })
      const url = await urlOf(demo)
      expect(demo.output()).toContain('the BullMQ worker')
      expect(demo.output()).toContain('install redis-server or set REDIS_URL')
      await vi.waitFor(async () => {
        const { services, slow, exceptions, store } = await overview(url)
        expect(names(services)).toEqual(apis)
        expect(store).toMatchObject({ ok: true, kind: 'memory' })
        expect(services.every(({ requests }) => (requests?.rate ?? 0) > 0)).toBe(true)
        expect(slow).not.toEqual([])
        expect(new Set(exceptions.map(({ service }) => service)).size).toBe(4)
      }, patience)
      const children = descendantsOf(demo.pid)
      expect(children).toHaveLength(1)
      demo.interrupt()
      expect(await inTime(demo.ended)).toBe(0)
      expect(stillRunning(children)).toEqual([])
    })
  })
})

describe('what stops the demo at once', () => {
  it('is a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0
    const demo = startDemo({ PORT: String(port) })
    expect(await demo.ended).toBe(1)
    expect(demo.output()).toBe(`Port ${port} is taken. Choose another one: PORT=${port + 1} npm run demo\n`)
    other.close()
  })

  it('is a PORT that is none', async () => {
    const demo = startDemo({ PORT: 'http' })
    expect(await demo.ended).toBe(1)
    expect(demo.output()).toContain('PORT is "http": it takes a number from 0 (any free port) to 65535.')
  })

  it('is a Redis that does not answer, without showing its password', async () => {
    const redis = await startRedis()
    await redis.stop()
    const demo = startDemo({ REDIS_URL: `redis://user:secret@127.0.0.1:${redis.port}` })
    expect(await demo.ended).toBe(1)
    expect(demo.output()).toContain('REDIS_URL does not answer (ECONNREFUSED)')
    expect(demo.output()).not.toContain('secret')
  })
})

/** The demo's promise to end in time, not a measurement. */
/** Six processes end on a machine that may be busy. */
async function inTime<T>(ended: Promise<T>): Promise<T | 'too late'> {
  const late = new Promise<'too late'>((resolve) => setTimeout(() => resolve('too late'), 15_000).unref())
  return Promise.race([ended, late])
}
