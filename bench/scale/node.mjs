// A node without an app: it writes through the recorder's own store, with its own clock of Redis and its own minute of tidying.
import { setTimeout as sleep } from 'node:timers/promises'
import { fromModules } from '../shared/dist.mjs'
import { finishedOf, queuesOf } from './queues.mjs'
import { MINUTE_INTERVALS } from './samples.mjs'

const { redisWriter } = await fromModules('stores/redis/writer.js')
const { redisQueueReports } = await fromModules('stores/redis/queue-reports.js')
const { ServerClock } = await fromModules('stores/redis/server-clock.js')
const { recordedOf } = await fromModules('protocol/queue-history.js')

/** The recorder's own: reports come so much earlier or later. */
const JITTER = 0.1
const LEASE_INTERVALS = 1.4
/** One in so many beats has an exception and a slow request: one in five minutes. */
const RARE = 30

/**
 * @param about `number` over all nodes, its `service`, whether it `isWorker`
 * @param parts `{ connection, keys, signer }` of a store
 * @param plan of the fleet, see main.mjs
 */
export class SimulatedNode {
  /** Beats that were written, and those that failed. */
  beats = 0
  failures = 0
  #isEnded = false

  constructor({ number, service, isWorker }, { connection, keys, signer }, samples, plan) {
    this.number = number
    this.service = service
    this.isWorker = isWorker
    this.id = `web-${number}-4711-0-mgx3k2`
    this.host = `web-${number}`
    this.plan = plan
    this.samples = samples
    const clock = new ServerClock()
    this.writer = redisWriter(connection, keys, clock, signer)
    this.reports = redisQueueReports(connection, keys, clock, signer)
    this.pattern = (isWorker ? samples.workers : samples.webs)[number % samples.webs.length]
    /** Of its minutes: nodes began at different times. */
    this.at = number % MINUTE_INTERVALS
    this.seq = 0
    this.pending = []
  }

  /** Beats until it ends, each time an interval after the last one. Resolves when it has ended. */
  async run() {
    const { interval, queues } = this.plan
    const lives = [this.#repeat(interval, () => this.beat())]
    if (this.isWorker && queues > 0) lives.push(this.#repeat(interval / 2, (round) => this.#watchQueues(round)))
    await Promise.all(lives)
  }

  end() {
    this.#isEnded = true
  }

  /** The first time is anywhere in an interval. */
  async #repeat(every, work) {
    let due = performance.now() + every * Math.random()
    for (let round = 0; !this.#isEnded; round++) {
      await sleep(Math.max(0, due - performance.now()), undefined, { ref: false })
      if (this.#isEnded) return
      due += every * (1 - JITTER + 2 * JITTER * Math.random())
      await work(round)
    }
  }

  async beat(now = Date.now()) {
    const about = { service: this.service, node: this.id }
    const records = [...this.spans(now), ...this.pending.splice(0), ...this.#rare(now)]
    const { error } = await this.writer.write({ ...about, heartbeat: this.#heartbeat(now), records })
    this.beats += 1
    if (error) this.failures += 1
    const finished = this.#finished(now)
    if (finished.length > 0) await this.writer.write({ ...about, heartbeat: null, records: finished, canWait: true })
  }

  /** The rollup of an interval, and after six of the minute. */
  spans(now) {
    const step = this.pattern[this.at % MINUTE_INTERVALS]
    this.at += 1
    return step.map(({ type, record }) => {
      const from = now - (record.to - record.from) * (this.plan.interval / 10_000)
      const own = record.system && { system: { ...record.system, host: this.host } }
      return { type, record: { ...record, ...own, node: this.id, from: Math.round(from), to: now } }
    })
  }

  #heartbeat(timestamp) {
    const { heartbeat } = this.samples
    const { number, id, service, host } = this
    const system = (heartbeat.cpu.system ?? 0) / 2 + (number % 40)
    return {
      ...{ ...heartbeat, id, service, timestamp, hostname: host, pid: 1_000 + number, appVersion: '1.4.2' },
      cpu: { ...heartbeat.cpu, system: Math.round(100 * system) / 100, process: Math.round(50 * system) / 100 },
    }
  }

  #rare(ts) {
    if ((this.beats + this.number) % RARE !== RARE - 1) return []
    const { exception, slow } = this.samples
    const about = { service: this.service, node: this.id, ts }
    return [
      { type: 'exception', record: { ...exception, ...about, id: `${this.id}-${this.beats}` } },
      { type: 'slow', record: { ...slow, ...about } },
    ]
  }

  #finished(to) {
    const count = Math.round((this.plan.jobs * this.plan.interval) / 1_000)
    if (!this.isWorker || count === 0) return []
    this.seq += 1
    const span = { seq: this.seq, from: to - this.plan.interval, to, count }
    return [{ type: 'jobs', record: finishedOf(this.service, this.id, span) }]
  }

  /** The holder of the lease reports at every second round, the others ask for it in each. */
  async #watchQueues(round) {
    if (this.isHolder && round % 2 === 1) return
    const { service, id } = this
    const { interval, queues: count } = this.plan
    const text = `0123456789abcdef - ${id}`
    const holder = await this.reports.acquireQueueSlot(service, 1, text, LEASE_INTERVALS * interval)
    this.isHolder = holder === text
    if (!this.isHolder) return
    const timestamp = Date.now()
    const queues = queuesOf(service, count)
    await this.reports.writeQueues({ v: 2, timestamp, interval, service, reporter: id, queues }, 1)
    this.reported = (this.reported ?? 0) + 1
    if (this.reported % MINUTE_INTERVALS !== 0) return
    const record = { v: 2, node: id, from: timestamp - 60_000, to: timestamp, queues: queues.map(recordedOf) }
    this.pending.push({ type: 'queues', record })
  }
}
