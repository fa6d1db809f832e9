import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEFAULT_RULES } from '../../../src/alerts/defaults.js'
import type { Notification } from '../../../src/alerts/notification.js'
import { createSender } from '../../../src/alerts/receivers/sender.js'
import type { NodeView } from '../../../src/api/nodes.js'
import type { SeriesView } from '../../../src/api/services.js'
import { redisStore } from '../../../src/stores/redis/index.js'
import type { AlertService } from '../../../src/zenith/alerts/alert-service.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { nodeOf, queueViewOf, seriesOf, serviceOf, waiting } from '../observe/looks.js'
import { anHttpServer } from '../receivers/given.js'
import { Fleet, LOOK_MS, OPS, zenith } from './simulated.js'

const SECOND = 1_000
const at = (time: string) => Date.parse(`2026-11-30T${time}Z`)

/** A process of the night. */
interface Running {
  readonly service: string
  readonly id: string
  readonly host: string
  readonly version: string
  readonly startedAt: number
  state: NodeView['state']
  lastSeen: number
}

/** What happens to a fleet, and what Zenith sees of it. */
class Night {
  readonly fleet = new Fleet()
  readonly nodes = new Map<string, Running>()
  readonly cpu = new Map<string, number>()
  readonly diskUsed = new Map<string, number>()
  waiting = 3
  workers = 1
  failures = 0

  constructor() {
    this.fleet.now = at('18:00:00')
  }

  start(service: string, id: string, host: string, version = '1.0.0'): void {
    const { now } = this.fleet
    this.nodes.set(id, { service, id, host, version, startedAt: now, state: 'live', lastSeen: now })
  }

  end(id: string, state: NodeView['state']): void {
    const node = this.nodes.get(id)
    if (node) node.state = state
  }

  /** Another process takes the place of one that vanished. */
  replace(id: string, service: string, next: string, host: string, version: string): void {
    this.start(service, next, host, version)
    this.end(id, 'replaced')
  }

  change(changes: Partial<Pick<Night, 'waiting' | 'workers' | 'failures'>>): void {
    Object.assign(this, changes)
  }

  all(state: NodeView['state']): void {
    for (const id of this.nodes.keys()) this.end(id, state)
  }

  onBox(state: NodeView['state']): void {
    for (const { id, host } of this.nodes.values()) if (host === 'box') this.end(id, state)
  }

  /** Redis answers, or does not. */
  answer(isOk: boolean): void {
    this.fleet.storeOk = isOk
  }

  /** Forgets nodes that ended, as Zenith does after a minute or two. */
  forget(...ids: string[]): void {
    for (const id of ids) this.nodes.delete(id)
  }

  show(): void {
    const { now } = this.fleet
    for (const node of this.nodes.values()) if (node.state === 'live') node.lastSeen = now
    const nodes = [...this.nodes.values()].map((node) => this.#viewOf(node))
    const names = [...new Set(nodes.map(({ service }) => service))]
    const jobs = this.#jobs()
    this.fleet.views = {
      nodes,
      services: names.map((name) =>
        serviceOf(
          name,
          name === 'worker' ? { jobSeries: jobs, nodes: { live: 1, lost: 0, left: 0, replaced: 0 } } : {},
        ),
      ),
      queues: [
        queueViewOf('mail', { services: ['worker'], workers: this.workers, metrics: waiting(this.waiting), at: now }),
      ],
    }
  }

  series(service: string): readonly SeriesView[] {
    return service === 'worker' ? this.#jobs() : []
  }

  #jobs(): readonly SeriesView[] {
    return [seriesOf('send', { queue: 'mail', count: 200, errors: this.failures })]
  }

  #viewOf({ service, id, host, version, startedAt, state, lastSeen }: Running): NodeView {
    const { now } = this.fleet
    const changes = { state, lastSeen } as const
    const view = nodeOf(service, id, changes, {
      ...{ timestamp: lastSeen, hostname: host, appVersion: version, instance: null },
    })
    const beat = view.heartbeat
    if (!beat) return view
    const usedPct = this.diskUsed.get(host) ?? 40
    return {
      ...view,
      heartbeat: {
        ...beat,
        cpu: { ...beat.cpu, system: this.cpu.get(host) ?? 20 },
        disk: [{ mount: '/', total: 100e9, free: (100 - usedPct) * 1e9, usedPct }],
        runtime: { ...beat.runtime, uptime: (Math.min(now, lastSeen) - startedAt) / SECOND },
        memory: {
          ...beat.memory,
          system: { total: 8e9, free: 4e9, used: 4e9, limit: null },
          process: { ...beat.memory.process, rss: 200e6, heapUsed: 50e6, heapLimit: 4e9 },
        },
        eventLoop: { utilization: 0.2, p50: 1, p99: 5, max: 8, mean: 2 },
      },
    }
  }
}

const BOX = ['auth', 'billing', 'cart', 'search', 'media', 'push']

/** When what happens: the time, and what is done to the fleet. */
function events(night: Night): readonly [time: string, act: () => void][] {
  return [
    ['18:00:00', () => begin(night)],
    // A deployment: the old processes shut down, others take their place.
    ['19:30:00', () => night.start('shop', 'web-1b', 'web-1', '1.1.0')],
    ['19:30:10', () => night.end('web-1', 'left')],
    ['19:31:00', () => night.start('shop', 'web-2b', 'web-2', '1.1.0')],
    ['19:31:10', () => night.end('web-2', 'left')],
    ['19:32:20', () => night.forget('web-1', 'web-2')],
    // One without a clean end: SIGKILL, and another version in its place.
    ['19:35:00', () => night.end('auth-1', 'lost')],
    ['19:35:10', () => night.replace('auth-1', 'auth', 'auth-2', 'box', '2.0.0')],
    ['19:37:00', () => night.forget('auth-1')],
    // The kernel kills a process that takes too much memory; a minute later it is started again.
    ['19:45:00', () => night.end('web-2b', 'lost')],
    ['19:46:00', () => night.replace('web-2b', 'shop', 'web-2c', 'web-2', '1.1.0')],
    ['19:47:30', () => night.forget('web-2b')],
    // Redis is away for ten minutes; then all nodes look lost, until they beat again.
    ['20:00:00', () => night.answer(false)],
    ['20:10:00', () => night.answer(true)],
    ['20:10:00', () => night.all('lost')],
    ['20:10:20', () => night.all('live')],
    // The only worker dies, while jobs come in.
    ['20:30:00', () => night.end('worker-1', 'lost')],
    ['20:30:00', () => night.change({ workers: 0, waiting: 1_200 })],
    ['20:50:00', () => night.replace('worker-1', 'worker', 'worker-2', 'worker', '1.0.0')],
    ['20:50:10', () => night.change({ workers: 1, waiting: 2 })],
    ['20:52:00', () => night.forget('worker-1')],
    // A disk fills up, and is cleaned.
    ['21:00:00', () => night.diskUsed.set('box', 96)],
    ['21:10:00', () => night.diskUsed.set('box', 60)],
    // A machine with six services loses its power.
    ['21:20:00', () => night.onBox('lost')],
    ['21:30:00', () => night.onBox('live')],
    // Jobs fail, for ten minutes.
    ['21:45:00', () => night.change({ failures: 120 })],
    ['21:55:00', () => night.change({ failures: 1 })],
  ]
}

function begin(night: Night): void {
  night.start('shop', 'web-1', 'web-1')
  night.start('shop', 'web-2', 'web-2')
  night.start('worker', 'worker-1', 'worker')
  for (const name of BOX) night.start(name, `${name}-1`, 'box')
}

/** 18:20 to 19:20 around the threshold of 90 %. */
function swing(night: Night): void {
  const { now } = night.fleet
  if (now < at('18:20:00') || now >= at('19:20:00')) night.cpu.set('web-1', 20)
  else night.cpu.set('web-1', now % (30 * SECOND) === 0 ? 87 : 94)
}

let redis: TestRedis

beforeAll(async () => {
  redis = await startRedis()
})

afterAll(async () => {
  await redis.stop()
})

test('a night sends what a person would want to know, and nothing else', async () => {
  const hook = await anHttpServer((_request, response) => response.end('ok'))
  const night = new Night()
  const { fleet } = night
  const zeniths = [1, 2].map(() => {
    const store = redisStore({ redis: redis.url })
    const one = zenith({
      ...{ fleet, store, isReal: true, rules: DEFAULT_RULES },
      sender: createSender({ allowedNetworks: ['127.0.0.1'], smtp: null, version: '0.0.0' }),
      receivers: [{ ...OPS, address: `${hook.origin}/hook` }],
      seriesOf: (service) => night.series(service),
    })
    return { one, store }
  })
  const course = events(night)
  const alive: AlertService[] = zeniths.map(({ one }) => one)
  for (; fleet.now < at('22:10:00'); fleet.now += LOOK_MS) {
    for (const [time, act] of course) if (at(time) === fleet.now) act()
    swing(night)
    night.show()
    // The one that evaluates dies; its lease expires.
    if (fleet.now === at('21:40:00')) alive.splice(0, 1)
    if (fleet.now === at('21:40:40')) await redis.client().del(...(await redis.client().keys('*lease*alerts*')))
    for (const one of alive) {
      await one.tick()
      await one.drain()
    }
  }
  for (const { one, store } of zeniths) {
    await one.close()
    await store.close()
  }
  const messages = hook.received.map(({ body }) => JSON.parse(body) as Notification)
  expect(messages.map(lineOf)).toEqual(EXPECTED)
  expect(messages.find(({ title }) => title.startsWith('worker'))?.alerts[0]?.details.join('\n')).toContain(
    'queue mail has no worker and 1,200 waiting jobs',
  )
})

function lineOf({ at: time, event, title }: Notification): string {
  return `${new Date(time).toISOString().slice(11, 16)} ${event}: ${title}`
}

const EXPECTED = [
  '18:23 firing: host web-1: CPU of the host 94 % (above 90 %)',
  '19:21 resolved: host web-1: CPU of the host 94 % (above 90 %)',
  // The process that the kernel killed.
  '19:45 firing: shop: Vanished nodes 1 (at least 1)',
  '19:46 resolved: shop: Vanished nodes 1 (at least 1)',
  '20:00 firing: Redis away 40 s (at least 30 s)',
  '20:10 resolved: Redis away 9 min (at least 30 s)',
  // The worker, whose message tells of its queue.
  '20:30 firing: worker: Vanished nodes 1 (at least 1)',
  '20:50 resolved: worker: Vanished nodes 1 (at least 1)',
  '21:00 firing: host box: Free disk 4 % (below 10 %)',
  '21:10 resolved: host box: Free disk 4 % (below 10 %)',
  // Six services, one machine.
  '21:20 firing: host box: Vanished nodes 6 (at least 1)',
  '21:30 resolved: host box: Vanished nodes 6 (at least 1)',
  // By the other Zenith.
  '21:45 firing: worker: Failed attempts 60 % (at least 20 %)',
  '21:56 resolved: worker: Failed attempts 60 % (at least 20 %)',
]
