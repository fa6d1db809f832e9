import { AlertEngine } from '../../alerts/engine/engine.js'
import type { Track } from '../../alerts/engine/track.js'
import type { Look, Observer } from '../../alerts/look.js'
import type { Receiver, Sender } from '../../alerts/notification.js'
import { AlertOutbox } from '../../alerts/outbox/outbox.js'
import { isOfStore } from '../../alerts/rules.js'
import { type AlertEvent, type AlertRule, MAX_ALERT_EVENTS } from '../../api/alerts.js'
import type { Overview } from '../../api/overview.js'
import { inSteps, inTime } from '../../lib/async.js'
import { monotonic } from '../../lib/clock.js'
import { OutageLog } from '../../lib/outage-log.js'
import type { ControlStore, Logger } from '../../ports/index.js'
import { untraced } from '../../tracing/untraced.js'
import type { MonitorService } from '../fleet/monitor-service.js'
import { FollowedAlerts } from './followed.js'
import { EvaluatorLease } from './lease.js'
import { lookOf } from './look-of.js'
import { AlertMemory } from './memory.js'
import { RecentExceptions } from './recent-exceptions.js'
import { isDenied, isRefusal, refusalOf } from './refusal.js'
import { RuleStates } from './rule-states.js'
import { AlertSetup } from './setup.js'
import { silencerOf } from './silences.js'
import { StoreWatch } from './store-watch.js'
import { NOTHING_SHOWN, type RuleState, type ShownAlerts, type StoredAlerts } from './stored.js'
import { TakenAcknowledgements } from './taken.js'

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
const CLOSE_WITHIN_MS = 1_000
/** A user waits for what the page stored, ms. */
const READ_WITHIN_MS = 1_000

export interface Hindrance {
  readonly kind: 'readOnly' | 'storeAway' | 'storeRefuses'
  /** What the store answered, in words. */
  readonly why: string | null
  /** Whether this Zenith evaluates all the same. */
  readonly evaluates: boolean
}

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
 * of a lease; the others show what it wrote. While the store is away, the one that held the lease last goes on by itself; of a store that
 * can be read and refuses writes, each Zenith evaluates.
 */
export class AlertEvaluator {
  readonly setup: AlertSetup
  readonly #options: EvaluatorOptions
  readonly #lease: EvaluatorLease
  readonly #memory: AlertMemory | null
  readonly #exceptions = new RecentExceptions()
  readonly #outbox: AlertOutbox
  readonly #outage: OutageLog
  readonly #listeners = new Set<(events: readonly AlertEvent[]) => void>()
  readonly #unsubscribe: () => void
  readonly #ruleStates = new RuleStates()
  readonly #watch = new StoreWatch()
  readonly #taken = new TakenAcknowledgements()
  /** Null without a store: then this Zenith evaluates. */
  readonly #followed: FollowedAlerts | null
  #observer: Observer
  #engine: AlertEngine
  #timer: NodeJS.Timeout | undefined
  #drainTimer: NodeJS.Timeout | undefined
  #running: Promise<void> = Promise.resolve()
  #draining: Promise<void> = Promise.resolve()
  #isRunning = false
  #isClosed = false
  #isLoaded = false
  /** Whether the store refused the state when it was written last. */
  #isStateRefused = false
  #looks = 0
  #evaluatedAt: number | null = null
  #events: readonly AlertEvent[] = []
  /** Those that are not stored among the others yet. Newest first, as the others. */
  #news: readonly AlertEvent[] = []
  #savedAt = Number.NEGATIVE_INFINITY
  #shownAt = Number.NEGATIVE_INFINITY
  #beatAt = Number.NEGATIVE_INFINITY

  constructor(options: EvaluatorOptions) {
    this.#options = options
    const { store, rules, receivers, secret, observer, sender, monitor, logger } = options
    this.setup = new AlertSetup({ store, rules, receivers, secret })
    this.#lease = new EvaluatorLease(store, LEASE_MS, logger)
    this.#memory = store ? new AlertMemory(store) : null
    this.#followed = this.#memory && new FollowedAlerts(this.#memory)
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
    await inTime(isDone, CLOSE_WITHIN_MS)
    await this.#lease.release()
  }

  /** Tells of every change of alerts: oldest first. */
  subscribe(listener: (events: readonly AlertEvent[]) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** When rules were evaluated last, Unix ms; null: not yet. */
  get evaluatedAt(): number | null {
    return this.#lease.evaluates ? this.#evaluatedAt : (this.#followed?.at ?? null)
  }

  /** Why alerts stand still, or are not stored; null if all is well. */
  get hindrance(): Hindrance | null {
    const { refusal } = this.#watch
    if (this.#watch.isAway) return { kind: 'storeAway', why: null, evaluates: this.#lease.evaluates }
    if (!refusal) return null
    const kind = isDenied(refusal) ? 'readOnly' : 'storeRefuses'
    return { kind, why: refusal.text, evaluates: this.#lease.evaluates }
  }

  /** One that has seen the fleet as it is now. */
  async observing(): Promise<Observer> {
    // In the middle of a turn it knows a part of the next look.
    await this.#running
    if (this.#lease.evaluates && this.#evaluatedAt !== null) return this.#observer
    const observer = this.#options.observer()
    observer.note(await this.#lookAt(await this.#options.monitor.fresh()))
    return observer
  }

  #lookAt(overview: Overview): Promise<Look> {
    const { monitor, archiveBehindMs } = this.#options
    return lookOf(overview, this.#watch.times(overview.at), {
      ...{ monitor, exceptions: this.#exceptions },
      archiveBehindMs: archiveBehindMs ?? (() => null),
      hasArchive: archiveBehindMs !== null,
    })
  }

  /** Newest first. */
  async shown(): Promise<ShownAlerts> {
    await this.tracks()
    if (!this.#lease.evaluates) return this.#followed?.shown ?? NOTHING_SHOWN
    return { events: this.#events, deliveries: this.#outbox.deliveries(), rules: this.#statesOfRules() }
  }

  /** What was stored meanwhile is taken in now, if this Zenith evaluates. */
  takeIn(): void {
    if (this.#lease.evaluates) void this.tick()
  }

  /** What the page stores is read again now: it may have been stored by another Zenith. Never rejects. */
  async readSetup(): Promise<void> {
    if (!this.#watch.isAway) await inTime(this.setup.read(), READ_WITHIN_MS).catch(() => {})
  }

  /** What is not ok, as far as this Zenith knows. Never rejects. */
  async tracks(): Promise<readonly Track[]> {
    if (this.#lease.evaluates) return this.#engine.tracks
    if (!this.#followed?.isFresh) await this.#follow().catch(() => {})
    return this.#followed?.tracks ?? []
  }

  /** Reads what the Zenith that evaluates has stored. */
  async #follow(): Promise<void> {
    if (!this.#followed) return
    const news = await this.#followed.read()
    await this.setup.read()
    this.#tell(news)
  }

  async #turn(): Promise<void> {
    const overview = await this.#options.monitor.fresh()
    const { ok } = overview.store
    this.#watch.noteAnswer(ok, overview.at)
    if (ok) await this.#acquire(overview.at)
    else this.#lease.standIn()
    if (!this.#lease.evaluates) return ok && this.#listeners.size > 0 ? this.#follow() : undefined
    if (ok) await this.#prepare()
    const hasChanged = await this.#evaluate(overview).catch((error: unknown) => this.#startAgain(error))
    // A store that is full takes no state: that is no reason to send nothing.
    const failure = ok && !this.#lease.isAlone ? await this.#keep(hasChanged).catch((error: unknown) => error) : null
    this.#beat()
    this.#scheduleDrain(0)
    if (failure) throw failure
  }

  /** An acknowledgement is taken away once each Zenith has read a state with it. */
  async #keep(hasChanged: boolean): Promise<void> {
    await this.#save(hasChanged)
    if (!this.#lease.evaluates) return
    for (const { alert } of this.#taken.settled(this.setup.acknowledgements))
      await this.setup.settleAcknowledgement(alert)
    this.#taken.noteStored()
  }

  /** A state that can't be evaluated, such as one that another program wrote, must not stop alerts for ever. */
  #startAgain(error: unknown): never {
    this.#observer = this.#options.observer()
    this.#engine = new AlertEngine(this.#observer)
    this.#taken.forget()
    this.#looks = 0
    throw error
  }

  async #acquire(at: number): Promise<void> {
    const before = this.#lease.evaluates
    await this.#lease.acquire(at)
    const { evaluates, refusal } = this.#lease
    if (evaluates && !before) this.#isLoaded = false
    if (before && !evaluates) this.#handOver()
    // A full Redis still renews a lease: whether the holder can write is known from the state.
    if (refusal || !this.#isStateRefused) this.#watch.noteWrite(refusal, at)
  }

  /** Another Zenith goes on with what was stored. What only this one knows of is told of the store alone, and ends here. */
  #handOver(): void {
    const rules = this.setup.rules.map(({ rule }) => rule)
    const local = new Set(rules.filter(({ conditions }) => conditions.some(isOfStore)).map(({ id }) => id))
    this.#taken.forget()
    this.#outbox.handOver(({ rule }) => rule !== null && local.has(rule.id))
    const { monitor, url } = this.#options
    for (const message of this.#engine.endOfStore({ rules, url }, monitor.now)) this.#outbox.add(message)
    this.#isStateRefused = false
    this.#scheduleDrain(0)
  }

  /** Reads the settings and, at first, where the last holder was. One that evaluates by itself may lack the rights, and goes on without. */
  async #prepare(): Promise<void> {
    const { isAlone } = this.#lease
    try {
      await this.setup.read()
      if (!isAlone) await this.setup.forgetEnded(this.#options.monitor.now)
      if (!this.#isLoaded) await this.#load()
    } catch (error) {
      if (!isAlone || !isRefusal(error)) throw error
    }
    for (const { alert, by, at } of this.#taken.take(this.setup.acknowledgements))
      this.#engine.acknowledge(alert, by, at)
  }

  async #load(): Promise<void> {
    const found = await this.#memory?.read()
    this.#isLoaded = true
    // After an outage this Zenith may know more than what it could store.
    if (!found?.state || found.state.writer === this.#lease.id) return
    const { engine, outbox, memory } = found.state
    this.#handOver()
    this.#observer = this.#options.observer()
    this.#observer.restore(memory)
    this.#engine = new AlertEngine(this.#observer)
    this.#engine.restore(engine)
    this.#outbox.restore(outbox, found.shown.deliveries)
    this.#events = found.shown.events
    this.#news = found.state.news
    this.#ruleStates.restore(found.shown.rules)
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
        isFrozen: this.#looks <= LOOKS_TO_SETTLE || this.#watch.isBlind(look),
        isAlone: this.#lease.isAlone,
      }),
    )
    for (const message of messages) this.#outbox.add(message)
    this.#ruleStates.note(this.#ruleIds, this.#engine)
    this.#evaluatedAt = look.at
    this.#events = [...[...events].reverse(), ...this.#events].slice(0, MAX_ALERT_EVENTS)
    this.#news = [...[...events].reverse(), ...this.#news].slice(0, MAX_ALERT_EVENTS)
    this.#tell(events)
    return hasChanged || messages.length > 0
  }

  get #ruleIds(): readonly string[] {
    return this.setup.rules.map(({ rule }) => rule.id)
  }

  #statesOfRules(): Record<string, RuleState> {
    return this.#ruleStates.of(this.#ruleIds, this.#engine)
  }

  /** Before anything is sent: a message that is not stored could be lost. */
  async #save(hasChanged: boolean): Promise<void> {
    const isDue = hasChanged || this.#isStateRefused || monotonic() - this.#savedAt >= SAVE_EVERY_MS
    if (!this.#memory || !this.#lease.evaluates || !isDue) return
    if (!(await this.#lease.confirm())) return this.#handOver()
    const outbox = this.#outbox.state()
    const at = this.#evaluatedAt ?? this.#options.monitor.now
    await this.#writeState({
      ...{ writer: this.#lease.id, at, engine: this.#engine.state(), outbox },
      ...{ memory: this.#observer.memory(), news: this.#news },
      receivers: this.setup.takers.length,
    })
    this.#outbox.noteStored(outbox)
    this.#savedAt = monotonic()
    if (monotonic() - this.#shownAt < SHOW_EVERY_MS) return
    this.#shownAt = monotonic()
    const events = this.#events
    await this.#memory.writeShown({
      events,
      deliveries: this.#outbox.ended(),
      rules: this.#statesOfRules(),
    })
    if (events === this.#events) this.#news = []
  }

  /** Whether it is accepted tells whether Redis accepts writes. */
  async #writeState(state: StoredAlerts): Promise<void> {
    const { now } = this.#options.monitor
    try {
      await this.#memory?.writeState(state)
      this.#isStateRefused = false
      this.#watch.noteWrite(null, now)
    } catch (error) {
      if (isRefusal(error)) {
        this.#isStateRefused = true
        this.#watch.noteWrite(refusalOf(error, this.#watch.refusal, now), now)
      }
      throw error
    }
  }

  #tell(events: readonly AlertEvent[]): void {
    if (events.length === 0) return
    this.#shownAt = Number.NEGATIVE_INFINITY
    if (this.#listeners.size === 0) return
    for (const listener of this.#listeners) listener(events)
  }

  /** A dead man's switch hears nothing while rules are not evaluated, or the store is away or refuses: that is what it is for. */
  #beat(): void {
    const { now } = this.#options.monitor
    const { isAway, refusal } = this.#watch
    if (isAway || (refusal && !isDenied(refusal)) || Math.abs(now - this.#beatAt) < BEAT_EVERY_MS) return
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

  /** Whether this Zenith evaluates with the lease, and the store answers. */
  get #isStoring(): boolean {
    return this.#lease.evaluates && !this.#lease.isAlone && !this.#watch.isAway
  }

  /** Asks for the lease: what another Zenith sends by now must not be sent here, too. */
  async #maySend(): Promise<boolean> {
    if (!this.#isStoring || this.#outbox.isEmpty || (await this.#lease.mayGoOn())) return true
    // In the middle of a turn alerts can't be taken away.
    await this.#running
    if (this.#lease.evaluates) return false
    this.#handOver()
    return true
  }

  async #drain(): Promise<void> {
    if (!(await this.#maySend())) return
    const hasChanged = await this.#outbox.drain()
    if (!hasChanged || !this.#isStoring) return
    this.#shownAt = Number.NEGATIVE_INFINITY
    // In the middle of a turn there is no state to store.
    await this.#running
    await this.#save(true).catch(() => {})
  }
}

function sentence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return /[.!?]$/.test(text) ? text : `${text}.`
}
