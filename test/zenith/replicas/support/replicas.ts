import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Queue } from 'bullmq'
import { vi } from 'vitest'
import { BIN } from '../../../cli/command.js'
import { blocksOf } from '../../../support/docs-blocks.js'
import { ensureBuilt } from '../../../support/pack.js'
import { startPostgres } from '../../../support/postgres.js'
import { freePort, startRedis, type TestRedis } from '../../../support/redis.js'
import { type ForgedProvider, openForgedProvider } from '../../auth/sso/support/forged-provider.js'
import { openWay, type Way } from '../../queues/bulk/support/way.js'
import { ask } from '../../support/http.js'
import { launchNginx } from '../../support/nginx.js'
import { serve } from '../../support/serve.js'
import { PASSWORD, Person } from './person.js'

export const COUNT = 3

/** A message as the webhook got it. */
export interface Told {
  readonly id: string
  readonly event: string
  readonly rule: string | null
}

export interface Replicas {
  /** Of the load balancer, without a slash at the end. */
  readonly url: string
  readonly redis: TestRedis
  /** Between the Zeniths and their queues. */
  readonly way: Way
  readonly provider: ForgedProvider
  readonly told: readonly Told[]
  /** The paths of the links for the first admin that each Zenith printed. */
  readonly links: readonly string[]
  person(headers?: Readonly<Record<string, string>>): Person
  queue(name: string): Queue
  /** Ends one by SIGKILL. @param number 0 to 2, or the address by which nginx knows it */
  kill(number: number | string): Promise<void>
  /** Starts what was killed. Resolves when nginx sends requests to all of them again. */
  revive(): Promise<void>
  close(): Promise<void>
}

/** The configuration that the documentation shows, for these addresses. */
function nginxServers(ports: readonly number[], port: number): string {
  const [shown = ''] = blocksOf('docs/deployment.md', 'nginx replicas')
  let next = 0
  return shown
    .replace(/server zenith-\d:4280/g, () => `server 127.0.0.1:${ports[next++]}`)
    .replace('listen 80;', `listen 127.0.0.1:${port}; add_header x-replica $upstream_addr always;`)
}

/**
 * Three Zeniths of one Redis and one PostgreSQL behind nginx, without QUASAR_SECRET and without sticky sessions.
 *
 * @param queues are there before: new ones are searched for once a minute
 */
export async function openReplicas(queues: readonly string[]): Promise<Replicas> {
  await ensureBuilt()
  const ends: (() => Promise<unknown>)[] = []
  const [redis, postgres] = await Promise.all([startRedis(), startPostgres()])
  ends.push(
    () => redis.stop(),
    () => postgres.stop(),
  )
  for (const name of queues) {
    const queue = new Queue(name, { connection: { host: '127.0.0.1', port: redis.port } })
    await queue.waitUntilReady()
    await queue.close()
  }
  const way = await openWay(redis)
  const provider = await openForgedProvider('sso', (end) => void ends.push(end))
  const told: Told[] = []
  const hook = await serve(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    const { event, rule } = JSON.parse(body) as { event: string; rule: { id: string } | null }
    told.push({ id: String(request.headers['quasar-delivery']), event, rule: rule?.id ?? null })
    response.writeHead(200).end()
  })
  const folder = await mkdtemp(join(tmpdir(), 'quasar-replicas-'))
  const alerts = join(folder, 'alerts.json')
  const address = hook.url.replace('localhost', '127.0.0.1')
  await writeFile(alerts, JSON.stringify({ receivers: [{ id: 'ops', kind: 'webhook', address }] }))
  const ports: number[] = []
  while (ports.length < COUNT) ports.push(await freePort())
  const nginx = await launchNginx((port) => nginxServers(ports, port))
  // Another host than the provider's.
  const url = nginx.url.replace('127.0.0.1', 'localhost')
  ends.unshift(
    () => nginx.stop(),
    () => hook.close(),
    () => way.close(),
    () => rm(folder, { recursive: true, force: true }),
  )
  const env = {
    ...{ PATH: process.env.PATH, NODE_ENV: 'production', QUASAR_REDIS_URL: redis.url, QUASAR_ARCHIVE: postgres.url },
    ...{ QUASAR_PEOPLE: 'yes', QUASAR_QUEUES: 'bullmq', QUASAR_QUEUES_REDIS_URL: way.url, QUASAR_URL: url },
    ...{ QUASAR_ALERTS: alerts, QUASAR_ALERT_NETWORKS: '127.0.0.0/8', QUASAR_PROXIES: '127.0.0.1' },
    ...{ QUASAR_SSO_ISSUER: provider.issuer, QUASAR_SSO_CLIENT_ID: 'zenith', QUASAR_SSO_SCOPES: 'groups' },
    ...{ QUASAR_SSO_CLIENT_SECRET: provider.clientSecret, QUASAR_ZENITH_INTERVAL: '250' },
  }
  const zeniths = ports.map((port) => new ZenithProcess(port, env))
  ends.unshift(...zeniths.map((zenith) => () => zenith.kill()))
  const close = async () => {
    for (const end of ends.splice(0)) await end().catch(() => {})
  }
  try {
    await Promise.all(zeniths.map((zenith) => zenith.start()))
  } catch (error) {
    await close()
    throw error
  }
  return {
    ...{ url, redis, way, provider, told, close },
    get links() {
      return zeniths.flatMap(({ output }) => /\/join\?link=[\w-]{43}/.exec(output)?.[0] ?? [])
    },
    person: (headers) => new Person(url, headers),
    queue(name) {
      const queue = new Queue(name, { connection: { host: '127.0.0.1', port: redis.port } })
      queue.on('error', () => {})
      ends.unshift(() => queue.close())
      return queue
    },
    async kill(which) {
      const number = typeof which === 'number' ? which : ports.findIndex((port) => which.endsWith(`:${port}`))
      await zeniths[number]?.kill()
    },
    async revive() {
      await Promise.all(zeniths.map((zenith) => zenith.start()))
      await allServe(url)
    },
  }
}

async function allServe(url: string): Promise<void> {
  const served = new Set<string>()
  await vi.waitFor(
    async () => {
      const address = String((await ask(`${url}/login`)).headers['x-replica'])
      // Two addresses: the first did not answer.
      if (!address.includes(',')) served.add(address)
      if (served.size < COUNT) throw new Error(`Only ${[...served]} serve`)
    },
    { interval: 50 },
  )
}

class ZenithProcess {
  output = ''
  readonly #port: number
  readonly #env: NodeJS.ProcessEnv
  #child: ChildProcess | null = null

  constructor(port: number, env: NodeJS.ProcessEnv) {
    this.#port = port
    this.#env = env
  }

  /** Resolves when it answers. Without effect while it runs. */
  async start(): Promise<void> {
    if (this.#child) return
    const env = { ...this.#env, QUASAR_PORT: `${this.#port}` }
    const child = spawn(process.execPath, [BIN, 'zenith'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    this.output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (this.output += part))
    await vi.waitFor(
      () => {
        if (child.exitCode !== null) throw new Error(`Zenith ended: ${this.output}`)
        if (!/Zenith is at/.test(this.output)) throw new Error(`Zenith does not answer: ${this.output}`)
      },
      { interval: 50 },
    )
  }

  async kill(): Promise<void> {
    const child = this.#child
    this.#child = null
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
}

/** The first admin, by one of the links that the Zeniths printed. */
export async function firstAdmin(replicas: Replicas): Promise<Person> {
  const paths = await vi.waitFor(() => {
    if (replicas.links.length < COUNT) throw new Error(`${replicas.links.length} links were printed`)
    return replicas.links
  })
  for (const path of paths) {
    const admin = replicas.person()
    const page = await admin.ask(path)
    if (page.status !== 200) continue
    const made = await admin.post(path, page.text, { name: 'ada', password: PASSWORD, again: PASSWORD })
    if (made.status === 303) return admin
  }
  throw new Error('None of the links makes an admin')
}
