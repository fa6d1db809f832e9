import { randomUUID } from 'node:crypto'
import { AlertEngine } from '../../alerts/engine/engine.js'
import type { Track } from '../../alerts/engine/track.js'
import type { Look, Observer } from '../../alerts/look.js'
import type { Receiver, Sender } from '../../alerts/notification.js'
import { AlertOutbox } from '../../alerts/outbox/outbox.js'
import { type AlertEvent, type AlertRule, MAX_ALERT_EVENTS } from '../../api/alerts.js'
import type { Overview } from '../../api/overview.js'
import { inSteps, inTime } from '../../lib/async.js'
import { monotonic } from '../../lib/clock.js'
import { OutageLog } from '../../lib/outage-log.js'
import type { ControlStore, Logger } from '../../ports/index.js'
import { untraced } from '../../tracing/untraced.js'
import type { MonitorService } from '../fleet/monitor-service.js'
import { lookOf } from './look-of.js'
import { AlertMemory } from './memory.js'
import { RecentExceptions } from './recent-exceptions.js'
import { AlertSetup } from './setup.js'
import { silencerOf } from './silences.js'
import { NOTHING_SHOWN, type RuleState, type ShownAlerts } from './stored.js'

const LEASE = 'alerts'
/** Time between two looks, ms. */
const EVERY_MS = 10_000
/** The lease outlives two looks that are missed. */
const LEASE_MS = 3.5 * EVERY_MS
/** While messages wait, ms. */
const DRAIN_EVERY_MS = 1_000
/** A dead man's switch is told this often, ms. */
const BEAT_EVERY_MS = 60_000
/** What no rule changed is stored this often: what the observer remembers, ms. */
const SAVE_EVERY_MS = 30_000
/** Values that change nothing are stored this often, for the pages of other Zeniths, ms. */
const SHOW_EVERY_MS = 30_000
/** Looks after a start or an outage that judge nothing: what is missing in the first may be there in the next. */
const LOOKS_TO_SETTLE = 2
/** After an outage of the store nodes need a beat to be back, ms. */
const SETTLE_MS = 30_000
const MAX_SPARK = 60
const RELEASE_WITHIN_MS = 1_000
const STATE_FRESH_MS = 5_000

export interface EvaluatorOptions {
  readonly monitor: Pick<MonitorService, 'fresh' | 'periods' | 'subscribe' | 'now'>
  /** Null if there is no control store: then rules are evaluated, and nothing survives a restart. */
  readonly store: ControlStore | null
  /** How far the archive is behind, ms; null if unknown. Null without an archive. */
  readonly archiveBehindMs: (() => number | null) | null
  readonly observer: () => Observer
  readonly sender: Sender
  readonly rules: readonly AlertRule[]
  readonly receivers: readonly Receiver[]
  readonly secret: string | undefined
  /** Absolute URL of the page; null if it is unknown. */
  readonly url: string | null
  readonly logger: Logger | undefined
}

/**
 * Evaluates the rules every 10 s, whether a page is open or not, and sends what is due. Of several Zeniths of a store one does, the holder
 * of a lease; the others show what it wrote. While the store is away, the one that held the lease last goes on by itself.
 */
export class AlertEvaluator {
  readonly setup: AlertSetup
  readonly #options: EvaluatorOptions
  readonly #id = `zenith-${randomUUID()}`
  readonly #memory: AlertMemory | null
  readonly #exceptions = new RecentExceptions()
  readonly #outbox: AlertOutbox
  readonly #outage: OutageLog
  readonly #listeners = new Set<(events: readonly AlertEvent[]) => void>()
  readonly #unsubscribe: () => void
  readonly #sparks = new Map<string, (number | null)[]>()
  #observer: Observer
  #engine: AlertEngine
  #timer: NodeJS.Timeout | undefined
  #drainTimer: NodeJS.Timeout | undefined
  #running: Promise<void> = Promise.resolve()
  #draining: Promise<void> = Promise.resolve()
  #isRunning = false
  #isClosed = false
  #isHolder = false
  #isDenied = false
  #isLoaded = false
  /** When the lease was last this Zenith's, by the monotonic clock. */
  #heldAt = Number.NEGATIVE_INFINITY
  #looks = 0
  /** Unix ms; null while the store answers. */
  #awaySince: number | null = null
  /** Nothing is judged until then, Unix ms. */
  #settledAt = 0
  #evaluatedAt: number | null = null
  #events: readonly AlertEvent[] = []
  #savedAt = Number.NEGATIVE_INFINITY
  #shownAt = Number.NEGATIVE_INFINITY
  #beatAt = Number.NEGATIVE_INFINITY
  /** Of the Zenith that evaluates, as it was stored last. */
  #others: { readonly tracks: readonly Track[]; readonly shown: ShownAlerts; readonly at: number | null } = {
    tracks: [],
    shown: NOTHING_SHOWN,
    at: null,
  }
  #othersAt = Number.NEGATIVE_INFINITY

  constructor(options: EvaluatorOptions) {
    this.#options = options
    const { store, rules, receivers, secret, observer, sender, monitor, logger } = options
    this.setup = new AlertSetup({ store, rules, receivers, secret })
    this.#memory = store ? new AlertMemory(store) : null
    this.#observer = observer()
    this.#engine = new AlertEngine(this.#observer)
    this.#outbox = new AlertOutbox({ sender, receiverOf: (id) => this.setup.receiverOf(id), now: () => monitor.now })
    this.#unsubscribe = monitor.subscribe(({ exceptions }) => this.#exceptions.add(exceptions))
    this.#outage = new OutageLog(
      {
        began: (error) => logger?.error(`Zenith could not evaluate alerts: ${error} It tries again.`),
        ended: (seconds) => logger?.info(`Zenith evaluates alerts again after ${seconds} s.`),
      },
      (failures) => failures >= 2,
    )
  }

  /** Idempotent. The first look comes after a pause: an app that has just started has other things to do. */
  start(): void {
    if (this.#timer || this.#isClosed) return
    this.#timer = setInterval(() => void this.tick(), EVERY_MS)
    this.#timer.unref()
  }

  /** A look now, or the one that runs already. Never rejects. */
  tick(): Promise<void> {
    if (this.#isRunning || this.#isClosed) return this.#running
    this.#isRunning = true
    this.#running = untraced(() => this.#turn())
      .then(() => this.#outage.note(null))
      .catch((error: unknown) => this.#outage.note(sentence(error)))
      .finally(() => {
        this.#isRunning = false
      })
    return this.#running
  }

  /** Another Zenith may take over at once. Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#timer)
    clearTimeout(this.#drainTimer)
    this.#unsubscribe()
    // What is on its way is noted before another Zenith may send it.
    const isDone = Promise.all([this.#running, this.#draining, this.#options.sender.close()])
    await inTime(isDone, RELEASE_WITHIN_MS)
    if (this.#isHolder) {
      const released = this.#options.store?.releaseLease(LEASE, this.#id).catch(() => {})
      if (released) await inTime(released, RELEASE_WITHIN_MS)
    }
  }

  /** Tells of every change of alerts: oldest first. */
  subscribe(listener: (events: readonly AlertEvent[]) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** When rules were evaluated last, Unix ms; null: not yet. */
  get evaluatedAt(): number | null {
    return this.#isHolder ? this.#evaluatedAt : this.#others.at
  }

  /** Why nothing is evaluated, or stands still; null if rules are evaluated. */
  get hindrance(): 'readOnly' | 'storeAway' | null {
    if (this.#isDenied) return 'readOnly'
    return this.#awaySince === null ? null : 'storeAway'
  }

  /** One that has seen the fleet as it is now. */
  async observing(): Promise<Observer> {
    if (this.#isHolder && this.#evaluatedAt !== null) return this.#observer
    const observer = this.#options.observer()
    observer.note(await this.#lookAt(await this.#options.monitor.fresh()))
    return observer
  }

  #lookAt(overview: Overview): Promise<Look> {
    const { monitor, archiveBehindMs } = this.#options
    const awayMs = this.#awaySince === null ? 0 : Math.max(0, overview.at - this.#awaySince)
    return lookOf(overview, awayMs, {
      ...{ monitor, exceptions: this.#exceptions },
      archiveBehindMs: archiveBehindMs ?? (() => null),
      hasArchive: archiveBehindMs !== null,
    })
  }

  /** Newest first. */
  async shown(): Promise<ShownAlerts> {
    await this.tracks()
    if (!this.#isHolder) return this.#others.shown
    return { events: this.#events, deliveries: this.#outbox.deliveries(), rules: this.#ruleStates() }
  }

  /** What was stored meanwhile is taken in now, if this Zenith evaluates. */
  takeIn(): void {
    if (this.#isHolder) void this.tick()
  }

  /** What is not ok, as far as this Zenith knows. Never rejects. */
  async tracks(): Promise<readonly Track[]> {
    if (this.#isHolder) return this.#engine.tracks
    if (monotonic() - this.#othersAt > STATE_FRESH_MS) await this.#readOthers().catch(() => {})
    return this.#others.tracks
  }

  async #readOthers(): Promise<void> {
    if (!this.#memory) return
    this.#othersAt = monotonic()
    const { state, shown } = await this.#memory.read()
    await this.setup.read()
    const [newest] = this.#others.shown.events
    const isFirst = this.#others.at === null
    this.#others = { tracks: state?.engine.tracks ?? [], shown, at: state?.at ?? null }
    if (!isFirst) this.#tell(newsOf(shown.events, newest))
  }

  async #turn(): Promise<void> {
    const overview = await this.#options.monitor.fresh()
    const { ok } = overview.store
    this.#noteStore(ok, overview.at)
    if (ok && !(await this.#acquire())) return this.#follow()
    if (!ok && !this.#isHolder) return
    if (ok) await this.#prepare()
    const hasChanged = await this.#evaluate(overview).catch((error: unknown) => this.#startAgain(error))
    // A store that is full takes no state: that is no reason to send nothing.
    const failure = ok ? await this.#keep(hasChanged).catch((error: unknown) => error) : null
    await this.#beat(ok)
    this.#scheduleDrain(0)
    if (failure) throw failure
  }

  /** An acknowledgement is taken away once it is in the state. */
  async #keep(hasChanged: boolean): Promise<void> {
    const acknowledgements = [...this.setup.acknowledgements]
    await this.#save(hasChanged)
    if (!this.#isHolder) return
    for (const { alert } of acknowledgements) await this.setup.settleAcknowledgement(alert)
  }

  /** A state that can't be evaluated, such as one that another program wrote, must not stop alerts for ever. */
  #startAgain(error: unknown): never {
    this.#observer = this.#options.observer()
    this.#engine = new AlertEngine(this.#observer)
    this.#looks = 0
    throw error
  }

  #noteStore(ok: boolean, at: number): void {
    if (!ok) this.#awaySince ??= at
    else if (this.#awaySince !== null) {
      this.#awaySince = null
      this.#settledAt = at + SETTLE_MS
    }
  }

  /** @returns whether this Zenith evaluates */
  async #acquire(): Promise<boolean> {
    const { store, logger } = this.#options
    if (!store) {
      this.#isHolder = true
      return true
    }
    try {
      const from = monotonic()
      const isHolder = (await store.acquireLease(LEASE, this.#id, LEASE_MS)) === this.#id
      this.#isDenied = false
      if (!isHolder) this.#handOver()
      else if (!this.#isHolder) this.#isLoaded = false
      this.#isHolder = isHolder
      if (isHolder) this.#heldAt = from
      return isHolder
    } catch (error) {
      if (!isNoPermission(error)) throw error
      this.#handOver()
      if (!this.#isDenied)
        logger?.warn('Zenith evaluates no alerts: its Redis user may only read (see docs/operations.md).')
      this.#isDenied = true
      return false
    }
  }

  /** Another Zenith goes on with what was stored. What only this one knows of is told of the store's absence alone, and ends here. */
  #handOver(): void {
    if (!this.#isHolder) return
    this.#isHolder = false
    const local = new Set(this.setup.rules.filter(({ rule }) => isOfStore(rule)).map(({ rule }) => rule.id))
    this.#outbox.handOver(({ rule }) => rule !== null && local.has(rule.id))
    for (const message of this.#engine.endStoreAway(this.#options.monitor.now, this.#options.url))
      this.#outbox.add(message)
    this.#scheduleDrain(0)
  }

  async #follow(): Promise<void> {
    if (this.#listeners.size > 0) await this.#readOthers()
  }

  /** Reads the settings and, at first, where the last holder was. */
  async #prepare(): Promise<void> {
    await this.setup.read()
    if (!this.#isLoaded) await this.#load()
    for (const { alert, by, at } of this.setup.acknowledgements) this.#engine.acknowledge(alert, by, at)
  }

  async #load(): Promise<void> {
    const found = await this.#memory?.read()
    this.#isLoaded = true
    // After an outage this Zenith may know more than what it could store.
    if (!found?.state || found.state.writer === this.#id) return
    const { engine, outbox, memory } = found.state
    this.#observer = this.#options.observer()
    this.#observer.restore(memory)
    this.#engine = new AlertEngine(this.#observer)
    this.#engine.restore(engine)
    this.#outbox.restore(outbox, found.shown.deliveries)
    this.#events = found.shown.events
    for (const [id, { spark }] of Object.entries(found.shown.rules)) this.#sparks.set(id, [...spark])
    this.#looks = 0
  }

  /** @returns whether there is anything new to store */
  async #evaluate(overview: Overview): Promise<boolean> {
    const { url } = this.#options
    const rules = this.setup.rules.map(({ rule }) => rule)
    const look = await this.#lookAt(overview)
    this.#looks += 1
    const { events, messages, hasChanged } = await inSteps(
      this.#engine.steps({
        ...{ look, rules, url },
        receivers: this.setup.receivers.filter(({ problem }) => problem === null),
        silenceOf: silencerOf(this.setup.silences, look.at),
        isFrozen: this.#looks <= LOOKS_TO_SETTLE || this.#isSettling(look.at),
      }),
    )
    for (const message of messages) this.#outbox.add(message)
    for (const rule of rules) this.#noteSpark(rule.id)
    this.#evaluatedAt = look.at
    this.#events = [...[...events].reverse(), ...this.#events].slice(0, MAX_ALERT_EVENTS)
    this.#tell(events)
    return hasChanged || messages.length > 0
  }

  /** A clock that was set back makes it no longer. */
  #isSettling(now: number): boolean {
    return now < this.#settledAt && this.#settledAt - now <= SETTLE_MS
  }

  #noteSpark(rule: string): void {
    const value = this.#engine.figuresOf(rule)?.worst?.value ?? null
    this.#sparks.set(rule, [...(this.#sparks.get(rule) ?? []), value].slice(-MAX_SPARK))
  }

  #ruleStates(): Record<string, RuleState> {
    const states = this.setup.rules.map(({ rule: { id } }): [string, RuleState] => {
      const figures = this.#engine.figuresOf(id)
      const { value = null, subject = null } = figures?.worst ?? {}
      const { subjects = 0, left = 0 } = figures ?? {}
      return [id, { subjects, left, value, worst: subject, spark: this.#sparks.get(id) ?? [] }]
    })
    return Object.fromEntries(states)
  }

  /** Before anything is sent: a message that is not stored could be lost. */
  async #save(hasChanged: boolean): Promise<void> {
    const { store } = this.#options
    if (!this.#memory || !store || (!hasChanged && monotonic() - this.#savedAt < SAVE_EVERY_MS)) return
    if ((await store.leaseHolder(LEASE)) !== this.#id) return this.#handOver()
    const outbox = this.#outbox.state()
    const at = this.#evaluatedAt ?? this.#options.monitor.now
    await this.#memory.writeState({
      ...{ writer: this.#id, at, engine: this.#engine.state(), outbox },
      memory: this.#observer.memory(),
      receivers: this.setup.takers.length,
    })
    this.#outbox.noteStored(outbox)
    this.#savedAt = monotonic()
    if (monotonic() - this.#shownAt < SHOW_EVERY_MS) return
    this.#shownAt = monotonic()
    await this.#memory.writeShown({
      events: this.#events,
      deliveries: this.#outbox.ended(),
      rules: this.#ruleStates(),
    })
  }

  #tell(events: readonly AlertEvent[]): void {
    if (events.length === 0) return
    this.#shownAt = Number.NEGATIVE_INFINITY
    if (this.#listeners.size === 0) return
    for (const listener of this.#listeners) listener(events)
  }

  /** A dead man's switch hears nothing while rules are not evaluated or the store is away: that is what it is for. */
  async #beat(ok: boolean): Promise<void> {
    const { now } = this.#options.monitor
    if (!ok || Math.abs(now - this.#beatAt) < BEAT_EVERY_MS) return
    this.#beatAt = now
    const switches = this.setup.receivers.filter(
      ({ kind, enabled, problem }) => kind === 'heartbeat' && enabled && !problem,
    )
    for (const receiver of switches) void this.#options.sender.beat(receiver)
  }

  #scheduleDrain(ms: number): void {
    if (this.#drainTimer || this.#isClosed || this.#outbox.isEmpty) return
    this.#drainTimer = setTimeout(() => {
      this.#drainTimer = undefined
      void this.drain().finally(() => this.#scheduleDrain(DRAIN_EVERY_MS))
    }, ms)
    this.#drainTimer.unref()
  }

  /** Sends what is due now. Never rejects. */
  drain(): Promise<void> {
    this.#draining = this.#drain().catch((error: unknown) => this.#outage.note(sentence(error)))
    return this.#draining
  }

  async #drain(): Promise<void> {
    // A process that was stopped for a while goes on before it knows that another one holds the lease now.
    if (this.#options.store && this.#isHolder && this.#awaySince === null && monotonic() - this.#heldAt > LEASE_MS)
      return
    const hasChanged = await this.#outbox.drain()
    if (!hasChanged || !this.#isHolder || this.#awaySince !== null) return
    this.#shownAt = Number.NEGATIVE_INFINITY
    // In the middle of a turn there is no state to store.
    await this.#running
    await this.#save(true).catch(() => {})
  }
}

/** What happened since the newest event that is known, oldest first. An acknowledgement may be older than what was noted before it. */
function newsOf(events: readonly AlertEvent[], newest: AlertEvent | undefined): readonly AlertEvent[] {
  const known = events.findIndex(
    ({ at, change, alert }) => at === newest?.at && change === newest.change && alert === newest.alert,
  )
  const news = known === -1 ? events.filter(({ at }) => at > (newest?.at ?? 0)) : events.slice(0, known)
  return [...news].reverse()
}

/** Whether a rule is about the store's absence, of which the store can't tell another Zenith. */
function isOfStore({ conditions }: AlertRule): boolean {
  return conditions.some(({ metric }) => metric === 'fleet.storeAwayMs')
}

function isNoPermission(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'NOPERM'
}

function sentence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return /[.!?]$/.test(text) ? text : `${text}.`
}
