import type { Look, Observation, Observer } from '../../../src/alerts/look.js'
import type { Answer, Notification, Receiver, Sender } from '../../../src/alerts/notification.js'
import { createObserver } from '../../../src/alerts/observe/observer.js'
import { readRule } from '../../../src/alerts/rules.js'
import type { AlertCondition } from '../../../src/api/alerts.js'
import type { Overview } from '../../../src/api/overview.js'
import type { SeriesView, ServicePeriod } from '../../../src/api/services.js'
import type { ControlStore } from '../../../src/ports/index.js'
import { AlertService, type AlertServiceOptions } from '../../../src/zenith/alerts/alert-service.js'

export const LOOK_MS = 10_000
export const START = Date.UTC(2026, 10, 30, 22, 0, 0)

/** What all Zeniths of a test see: a fleet at a simulated time. */
export class Fleet {
  now = START
  storeOk = true
  views: Partial<Pick<Overview, 'services' | 'nodes' | 'queues'>> = {}
  /** CPU of hosts, for {@link hostObserver}. */
  cpu: Record<string, number | null> = {}

  overview(): Overview {
    return {
      at: this.now,
      totals: { services: 0, nodes: 0, queues: 0 },
      leftOut: null,
      ...{ services: [], nodes: [], queues: [], slow: [], exceptions: [] },
      ...this.views,
      ...{ unreadable: 0, untrusted: null },
      store: { ok: this.storeOk, kind: 'redis', latencyMs: 1, error: this.storeOk ? null : 'It does not answer' },
    }
  }
}

/** Sees the CPU of the hosts, and how long the store is away. */
export function hostObserver(fleet: Fleet): Observer {
  let last: Look | null = null
  const subjectOf = (name: string, kind: 'host' | 'fleet') => ({
    ...{ kind, key: name, name, service: null, services: [], host: null, environment: null },
  })
  return {
    note(look) {
      last = look
    },
    *noting(look) {
      yield
      this.note(look)
    },
    *observing(condition, scope) {
      yield
      return this.observe(condition, scope)
    },
    observe({ metric }: AlertCondition): Observation[] {
      if (metric === 'fleet.storeAwayMs' || metric === 'fleet.storeRefusingMs') {
        const ms = metric === 'fleet.storeAwayMs' ? last?.storeAwayMs : last?.storeRefusingMs
        return [{ subject: subjectOf('fleet', 'fleet'), value: ms ?? null, count: null, details: [] }]
      }
      if (metric !== 'host.cpu') return []
      return Object.entries(fleet.cpu).map(([name, value]) => {
        return { subject: subjectOf(name, 'host'), value: fleet.storeOk ? value : null, count: null, details: [] }
      })
    },
    memory: () => null,
    restore() {},
  }
}

/** Remembers what was sent. */
export class Mailbox implements Sender {
  readonly sent: { readonly receiver: string; readonly at: number; readonly notification: Notification }[] = []
  readonly beats: number[] = []
  answer: Answer | (() => Promise<Answer>) = { ok: true, status: 200, text: 'ok', mayRetry: false, retryAfterMs: null }
  readonly #fleet: Fleet

  constructor(fleet: Fleet) {
    this.#fleet = fleet
  }

  /** `22:03:10 firing: web-1: …` */
  get lines(): string[] {
    return this.sent.map(({ at, notification: { event, title } }) => {
      return `${new Date(at).toISOString().slice(11, 19)} ${event}: ${title}`
    })
  }

  async send({ id }: Receiver, notification: Notification): Promise<Answer> {
    const answer = typeof this.answer === 'function' ? await this.answer() : this.answer
    if (answer.ok) this.sent.push({ receiver: id, at: this.#fleet.now, notification })
    return answer
  }

  async beat(): Promise<Answer> {
    this.beats.push(this.#fleet.now)
    return { ok: true, status: 200, text: '', mayRetry: false, retryAfterMs: null }
  }

  async close(): Promise<void> {}
}

export const OPS: Receiver = {
  id: 'ops',
  name: 'Ops',
  kind: 'webhook',
  address: 'https://ops.example/hook',
  secret: '',
}

export function cpuRule(fields: Record<string, unknown> = {}) {
  const read = readRule({
    ...{ id: 'cpu', name: 'CPU high', forMs: 60_000, clearForMs: 0 },
    conditions: [{ metric: 'host.cpu', is: 'above', threshold: 90, clear: 80 }],
    ...fields,
  })
  if (typeof read === 'string') throw new Error(read)
  return read
}

export interface ZenithOptions extends Partial<AlertServiceOptions> {
  readonly fleet: Fleet
  readonly store: ControlStore | null
  readonly sender: Sender
  /** Whether the real observer watches. */
  readonly isReal?: boolean
  /** Jobs of a service in the last five minutes. */
  readonly seriesOf?: (service: string) => readonly SeriesView[]
}

export function zenith({
  fleet,
  store,
  sender,
  isReal = false,
  seriesOf = () => [],
  ...more
}: ZenithOptions): AlertService {
  return new AlertService({
    monitor: {
      fresh: async () => fleet.overview(),
      periods: async (names) => ({ periods: names.map((name) => periodOf(name, seriesOf(name))), unread: [] }),
      subscribe: () => () => {},
      get now() {
        return fleet.now
      },
    },
    ...{ store, sender, archiveBehindMs: null, rules: [], receivers: [OPS], url: 'https://zenith.example' },
    observer: isReal ? createObserver : () => hostObserver(fleet),
    ...{ secret: undefined, canMail: false, allowedNetworks: [], logger: undefined },
    preview: async () => ({ from: 0, to: 0, times: null, spans: [], subjects: 0, step: null, why: null, notes: [] }),
    ...more,
  })
}

function periodOf(service: string, jobSeries: readonly SeriesView[]): ServicePeriod {
  const nothing = { requests: null, jobs: null, traffic: [], routes: [] }
  return { service, period: '5m', from: 0, to: 0, ...nothing, jobSeries }
}

/** Lets simulated time pass, look by look, for each Zenith in turn. */
export async function pass(
  fleet: Fleet,
  ms: number,
  zeniths: readonly AlertService[],
  each?: () => Promise<void> | void,
): Promise<void> {
  for (let since = 0; since < ms; since += LOOK_MS) {
    fleet.now += LOOK_MS
    await each?.()
    for (const one of zeniths) {
      await one.tick()
      await one.drain()
    }
  }
}
