import type { AlertChange, AlertEvent, AlertRule } from '../../api/alerts.js'
import { MAX_ALERTS, SEVERITIES } from '../../api/alerts.js'
import { atOnce } from '../../lib/async.js'
import { groupBy } from '../../lib/group-by.js'
import type { Look, Observer } from '../look.js'
import { isOfStore } from '../rules.js'
import { conditionInWords } from '../words.js'
import { causesIn } from './cause.js'
import { judgeRule, type RuleJudgement, subjectKey } from './judge-rule.js'
import { type Addressed, messageOf } from './messages.js'
import { type KnownReceiver, receiversOf } from './receivers-of.js'
import { alertId, type Judgement, notAfter, step, type Track } from './track.js'
import { Tracks } from './tracks.js'

/** Looks without its subject after which an alert ends: one look may miss what the next one has. */
const GONE_AFTER = 3
/** A message waits for the look after, for others of its rule: those of one cause are rarely seen in the same look, ms. */
const GATHER_MS = 5_000
/** However many follow, ms. */
const MAX_GATHER_MS = 30_000
/** What outlives its cause by so long is worth a message of its own, ms: it may only take a look longer. */
const OUTLIVES_MS = 30_000
/** Each may be compared with 500 silences. */
const TRACKS_IN_A_STEP = 100
/** Alerts of all rules that are remembered. */
const MAX_TRACKS = 1_000

/** What the last message about a subject leaves behind: the cooldown. */
export interface Quiet {
  /** Unix ms. */
  readonly sentAt: number
  /** How often it fired since then. */
  readonly times: number
}

/** The engine's memory as it is stored: JSON. */
export interface EngineState {
  readonly tracks: readonly Track[]
  readonly quiet: Readonly<Record<string, Quiet>>
}

export interface Turn {
  readonly look: Look
  readonly rules: readonly AlertRule[]
  readonly receivers: readonly KnownReceiver[]
  /** The id of the silence that mutes an alert now; null: none. */
  readonly silenceOf: (track: Track) => string | null
  /** Absolute URL of the page; null if it is unknown. */
  readonly url: string | null
  /** Nothing can be judged yet: Zenith has just started, or the store was away. */
  readonly isFrozen: boolean
  /** Other Zeniths may evaluate, too: each gives the same message the same id. */
  readonly isAlone: boolean
}

export interface TurnResult {
  readonly events: readonly AlertEvent[]
  readonly messages: readonly Addressed[]
  /** Whether the memory is other than before, apart from values. */
  readonly hasChanged: boolean
}

/** What a rule applies to now. */
export interface RuleFigures {
  readonly subjects: number
  readonly worst: RuleJudgement['worst']
  /** Not ok, and beyond the limit. */
  readonly left: number
}

/** Judges rules look by look, and decides what is worth a message. Knows neither store nor network. */
export class AlertEngine {
  readonly #observer: Observer
  readonly #tracks = new Tracks()
  readonly #quiet = new Map<string, Quiet>()
  readonly #figures = new Map<string, RuleFigures>()
  #events: AlertEvent[] = []

  constructor(observer: Observer) {
    this.#observer = observer
  }

  /** Not ok, in no order. */
  get tracks(): readonly Track[] {
    return this.#tracks.list()
  }

  figuresOf(rule: string): RuleFigures | null {
    return this.#figures.get(rule) ?? null
  }

  state(): EngineState {
    return { tracks: this.tracks, quiet: Object.fromEntries(this.#quiet) }
  }

  restore({ tracks, quiet }: EngineState): void {
    this.#tracks.clear()
    this.#quiet.clear()
    for (const track of tracks) this.#tracks.set(track)
    for (const [id, one] of Object.entries(quiet)) this.#quiet.set(id, one)
  }

  acknowledge(id: string, by: string, at: number): void {
    const track = this.#tracks.get(id)
    if (!track || track.firedAt === null || track.acknowledged) return
    this.#tracks.set({ ...track, acknowledged: { by, at } })
    this.#note('acknowledged', track, at, by)
  }

  /** All steps of a turn at once. */
  turn(turn: Turn): TurnResult {
    return atOnce(this.steps(turn))
  }

  /**
   * A turn in steps of a few ms: 500 rules of 20,000 routes take longer than an app may be held up. Between two of them the memory can be
   * read, and not stored: what ended is known to the turn alone.
   */
  *steps(turn: Turn): Generator<void, TurnResult> {
    const [before, quietBefore] = [this.tracks, new Map(this.#quiet)]
    this.#forgetFuture(turn.look.at)
    const ended = yield* this.#judge(turn)
    yield
    const causeOf = causesIn(this.tracks)
    for (const [index, track] of this.tracks.entries()) {
      if (index % TRACKS_IN_A_STEP === TRACKS_IN_A_STEP - 1) yield
      const cause = causeOf(track)
      const causedAt = cause === null ? track.causedAt : turn.look.at
      this.#tracks.set({ ...track, cause, causedAt, silence: turn.silenceOf(track) })
    }
    const messages = [...this.#resolved(ended, turn), ...this.#firing(turn), ...this.#reminders(turn)]
    this.#forgetQuiet(turn)
    const events = this.#events
    this.#events = []
    const hasChanged = events.length > 0 || this.#tracks.differFrom(before) || isOther(this.#quiet, quietBefore)
    return { events, messages, hasChanged }
  }

  /**
   * Ends what was told of the store alone: another Zenith evaluates now, and knows nothing of it.
   *
   * @returns the messages that say so
   */
  endOfStore({ rules, url }: Pick<Turn, 'rules' | 'url'>, now: number): readonly Addressed[] {
    const tracks = this.tracks.filter(({ condition }) => isOfStore(condition))
    for (const track of tracks) this.#tracks.delete(track)
    return tracks.flatMap((track) => {
      const context = { now, url, firing: [], isAlone: true }
      const notification = messageOf('resolved', ruleOf(track, rules), [track], context)
      return track.told.length > 0 ? [{ notification, receivers: track.told }] : []
    })
  }

  /** @returns those that ended */
  *#judge({ look, rules, isFrozen }: Turn): Generator<void, readonly Track[]> {
    yield* this.#observer.noting(look)
    const ended: Track[] = []
    const active = rules.filter(({ enabled }) => enabled).sort(bySeverity)
    for (const rule of active) {
      yield
      ended.push(...(yield* this.#judgeOne(rule, look.at, isFrozen)))
    }
    const known = new Set(active.map(({ id }) => id))
    for (const track of this.tracks) if (!known.has(track.rule)) ended.push(...this.#end(track, 'ended', look.at))
    for (const id of this.#figures.keys()) if (!known.has(id)) this.#figures.delete(id)
    return ended
  }

  *#judgeOne(rule: AlertRule, now: number, isFrozen: boolean): Generator<void, readonly Track[]> {
    const before = this.#tracks.ofRule(rule.id)
    const tracked = new Set(before.map(({ subject }) => subjectKey(subject)))
    const judged = yield* judgeRule(rule, this.#observer, tracked, this.#roomFor(rule))
    const { judgements, subjects, worst } = judged
    const left = isFrozen ? 0 : judged.left
    if (isFrozen) freeze(judgements)
    const ended: Track[] = []
    for (const judgement of judgements.values()) {
      const track = this.#tracks.get(alertId(rule.id, judgement.subject)) ?? null
      ended.push(...this.#step(track, judgement, rule, now))
    }
    for (const track of before)
      if (!judgements.has(subjectKey(track.subject))) ended.push(...this.#miss(track, now, isFrozen))
    this.#figures.set(rule.id, { subjects, worst, left })
    return ended
  }

  /** How many more alerts of a rule can be remembered. */
  #roomFor({ id }: AlertRule): number {
    return Math.max(0, Math.min(MAX_TRACKS - this.#tracks.size, MAX_ALERTS - this.#tracks.countOf(id)))
  }

  #step(track: Track | null, judgement: Judgement, rule: AlertRule, now: number): readonly Track[] {
    const { track: next, change } = step(track, judgement, rule, now)
    if (next && change === 'resolved') return this.#end(next, 'resolved', now)
    if (next) this.#tracks.set(change === 'firing' ? this.#counted(next) : next)
    else if (track) this.#tracks.delete(track)
    if (next && change === 'firing') this.#note('firing', next, now)
    return []
  }

  /** Within the cooldown of an earlier message it is counted. */
  #counted(track: Track): Track {
    const quiet = this.#quiet.get(track.id)
    if (!quiet) return track
    const times = quiet.times + 1
    this.#quiet.set(track.id, { ...quiet, times })
    return { ...track, times, sentAt: quiet.sentAt }
  }

  #miss(track: Track, now: number, isFrozen: boolean): readonly Track[] {
    const missed = track.missed + (isFrozen ? 0 : 1)
    if (missed >= GONE_AFTER) return this.#end(track, 'ended', now)
    this.#tracks.set({ ...track, missed, isUnknown: true })
    return []
  }

  /** @returns it, if it had fired */
  #end(track: Track, change: 'resolved' | 'ended', now: number): readonly Track[] {
    this.#tracks.delete(track)
    if (track.firedAt === null) return []
    this.#note(change, track, now)
    const details = change === 'ended' ? [GONE] : []
    return [{ ...track, details }]
  }

  #note(change: AlertChange, track: Track, at: number, by: string | null = null): void {
    const { id, rule, ruleName, severity, subject, condition, value, metValue, firedAt } = track
    const text = conditionInWords(condition, metValue)
    this.#events.push({ at, change, alert: id, rule, ruleName, severity, subject, text, value, firedAt, by })
  }

  /** At once, and to those who know that it fired. */
  *#resolved(ended: readonly Track[], turn: Turn): Iterable<Addressed> {
    const told = ended.filter((track) => track.told.length > 0)
    for (const group of groupBy(told, ({ rule, told: to }) => JSON.stringify([rule, [...to].sort()])).values()) {
      const [first] = group
      if (!first) continue
      const rule = ruleOf(first, turn.rules)
      yield { notification: messageOf('resolved', rule, group, this.#context(turn)), receivers: first.told }
    }
  }

  *#firing(turn: Turn): Iterable<Addressed> {
    const { at: now } = turn.look
    for (const rule of turn.rules) {
      const due = this.#tracks.ofRule(rule.id).filter((track) => this.#isDue(track, rule, now))
      const receivers = receiversOf(rule, turn.receivers)
      if (due.length === 0 || receivers.length === 0 || isGathering(due, now)) continue
      yield { notification: messageOf('firing', rule, due, this.#context(turn)), receivers }
      for (const track of due) this.#tell(track, receivers, now)
    }
  }

  #isDue(track: Track, rule: AlertRule, now: number): boolean {
    if (track.state === 'pending' || !track.isOwed || track.silence !== null || track.cause !== null) return false
    if (track.causedAt !== null && now - track.causedAt < OUTLIVES_MS) return false
    const quiet = this.#quiet.get(track.id)
    return !quiet || now - quiet.sentAt >= rule.cooldownMs
  }

  #tell(track: Track, receivers: readonly string[], now: number): void {
    this.#tracks.set({ ...track, isOwed: false, told: receivers, sentAt: now, times: 0 })
    this.#quiet.set(track.id, { sentAt: now, times: 0 })
  }

  *#reminders(turn: Turn): Iterable<Addressed> {
    const { at: now } = turn.look
    for (const rule of turn.rules) {
      const { remindMs } = rule
      if (remindMs === null) continue
      const due = this.#tracks
        .ofRule(rule.id)
        .filter(
          (track) =>
            !track.isOwed &&
            track.firedAt !== null &&
            track.acknowledged === null &&
            track.silence === null &&
            now - (track.sentAt ?? now) >= remindMs,
        )
      const receivers = receiversOf(rule, turn.receivers)
      if (due.length === 0 || receivers.length === 0) continue
      yield { notification: messageOf('reminder', rule, due, this.#context(turn)), receivers }
      for (const track of due) {
        this.#tell(track, [...new Set([...track.told, ...receivers])], now)
        this.#note('reminder', track, now)
      }
    }
  }

  #context({ look, url, isAlone }: Turn) {
    const firing = this.tracks.filter(({ firedAt, cause }) => firedAt !== null && cause === null)
    return { now: look.at, url, isAlone, firing }
  }

  #forgetFuture(now: number): void {
    for (const track of this.tracks) this.#tracks.set(notAfter(track, now))
    for (const [id, quiet] of this.#quiet) if (quiet.sentAt > now) this.#quiet.set(id, { ...quiet, sentAt: now })
  }

  /** A cooldown that is over matters to none but those that fire. */
  #forgetQuiet({ look, rules }: Turn): void {
    const cooldowns = new Map(rules.map(({ id, cooldownMs }) => [id, cooldownMs]))
    for (const [id, { sentAt }] of this.#quiet) {
      const cooldownMs = cooldowns.get(id.slice(0, id.indexOf('/'))) ?? 0
      if (!this.#tracks.get(id) && look.at - sentAt >= cooldownMs) this.#quiet.delete(id)
    }
  }
}

/** Cooldowns are replaced, never changed. */
function isOther(now: ReadonlyMap<string, Quiet>, before: ReadonlyMap<string, Quiet>): boolean {
  return now.size !== before.size || [...now].some(([id, quiet]) => before.get(id) !== quiet)
}

/** Another one has just fired, and more may follow in the next look. */
function isGathering(due: readonly Track[], now: number): boolean {
  const ages = due.map(({ firedAt }) => now - (firedAt ?? now))
  return Math.min(...ages) < GATHER_MS && Math.max(...ages) < MAX_GATHER_MS
}

/** What the store says of itself is known at any time. */
function freeze(judgements: Map<string, Judgement>): void {
  for (const [key, judgement] of judgements)
    if (!isOfStore(judgement.condition)) judgements.set(key, { ...judgement, verdict: 'unknown' })
}

const GONE = 'It no longer reports, or the rule no longer applies to it.'

function bySeverity(a: AlertRule, b: AlertRule): number {
  return SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity)
}

/** A rule that was removed meanwhile is known from its alert alone. */
function ruleOf(track: Track, rules: readonly AlertRule[]) {
  const { rule, ruleName, severity } = track
  return rules.find(({ id }) => id === rule) ?? { id: rule, name: ruleName, severity, note: '' }
}
