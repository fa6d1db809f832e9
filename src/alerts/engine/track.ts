import { SUBJECT_KINDS } from '../../api/alert-metrics.js'
import type { AlertCondition, AlertRule, AlertState, AlertSubject, Severity } from '../../api/alerts.js'

/** An alert as the engine remembers it: a rule and a subject for which it is not ok. Times are Unix ms by the store's clock. */
export interface Track {
  readonly id: string
  readonly rule: string
  readonly ruleName: string
  readonly severity: Severity
  readonly subject: AlertSubject
  readonly state: AlertState
  /** There is no value now. */
  readonly isUnknown: boolean
  /** The one that was met last. */
  readonly condition: AlertCondition
  readonly value: number | null
  /** The value when the condition was met last: what was wrong. */
  readonly metValue: number | null
  readonly details: readonly string[]
  readonly since: number
  readonly firedAt: number | null
  /** How long it has been met (pending) or clear (recovering), ms: only time that was seen. */
  readonly heldMs: number
  /** When it was judged last. */
  readonly judgedAt: number
  /** Looks in a row without its subject. */
  readonly missed: number
  readonly acknowledged: { readonly by: string; readonly at: number } | null
  /** Ids of the receivers that know that it fires. */
  readonly told: readonly string[]
  /** When a message about it was written last. */
  readonly sentAt: number | null
  /** It fires, and its message waits: for others that fire with it, for the end of a cooldown, of a silence or of its cause. */
  readonly isOwed: boolean
  /** How often it fired since the last message. */
  readonly times: number
  /** The alert that explains this one. */
  readonly cause: string | null
  /** When there was one last; null: there was none. */
  readonly causedAt: number | null
  /** The silence that mutes it. */
  readonly silence: string | null
}

/** How a rule judges a subject. between: neither met nor clear. */
export type Verdict = 'met' | 'between' | 'clear' | 'unknown'

/** What a rule makes of a subject in one look. */
export interface Judgement {
  readonly verdict: Verdict
  readonly subject: AlertSubject
  readonly condition: AlertCondition
  readonly value: number | null
  readonly details: readonly string[]
  /** The value of each condition of the rule. */
  readonly values: readonly { readonly condition: AlertCondition; readonly value: number | null }[]
}

export interface Step {
  /** Null: it is ok. */
  readonly track: Track | null
  readonly change: 'firing' | 'resolved' | null
}

/** Looks come every 10 s; time between two that were farther apart was not seen, ms. */
const MAX_STEP_MS = 25_000
/** Looks are never exactly 10 s apart. */
const TOLERANCE_MS = 500

export function alertId(rule: string, subject: AlertSubject): string {
  return `${rule}/${subject.kind}:${subject.key}`
}

/** The subject in an alert's id; of any other text, a job that there is not. */
export function subjectIn(id: string): Pick<AlertSubject, 'kind' | 'key'> {
  const [, kind, key = ''] = /^[^/]*\/([a-z]+):(.*)$/s.exec(id) ?? []
  return { kind: SUBJECT_KINDS.find((one) => one === kind) ?? 'job', key }
}

/** What an alert becomes with a judgement. Pure. */
export function step(track: Track | null, judgement: Judgement, rule: AlertRule, now: number): Step {
  if (!track) return judgement.verdict === 'met' ? begin(judgement, rule, now) : OK
  const seen = seenIn(track, judgement, rule, now)
  // What was met decides whether it ends: that others are clear says nothing of it. A rule that no longer asks for it can't wait for it.
  const isUnseen = seen.value === null && rule.conditions.some((one) => isSame(one, seen.condition))
  if (judgement.verdict === 'unknown' || (judgement.verdict === 'clear' && isUnseen))
    return { track: { ...seen, isUnknown: true }, change: null }
  const stepMs = Math.min(MAX_STEP_MS, Math.max(0, now - track.judgedAt))
  if (track.state === 'pending') return pending(seen, judgement.verdict, rule, now, stepMs)
  return judgement.verdict === 'clear' ? clearing(seen, rule, stepMs) : { track: firing(seen), change: null }
}

/** Times after now are from a clock that was set back since then: what waits for them would wait for as long as that. */
export function notAfter(track: Track, now: number): Track {
  const { since, firedAt, judgedAt, sentAt, causedAt } = track
  if (Math.max(since, firedAt ?? 0, judgedAt, sentAt ?? 0, causedAt ?? 0) <= now) return track
  const until = (at: number | null) => (at === null ? null : Math.min(at, now))
  return {
    ...track,
    ...{ since: Math.min(since, now), judgedAt: Math.min(judgedAt, now) },
    ...{ firedAt: until(firedAt), sentAt: until(sentAt), causedAt: until(causedAt) },
  }
}

const OK: Step = { track: null, change: null }

function begin(judgement: Judgement, rule: AlertRule, now: number): Step {
  const { subject, condition, value, details } = judgement
  const track: Track = {
    id: alertId(rule.id, subject),
    ...{ rule: rule.id, ruleName: rule.name, severity: rule.severity },
    ...{ subject, state: 'pending', isUnknown: false, condition, value, metValue: value, details },
    ...{ since: now, firedAt: null, heldMs: 0, judgedAt: now, missed: 0 },
    ...{
      acknowledged: null,
      told: [],
      sentAt: null,
      isOwed: false,
      times: 0,
      cause: null,
      causedAt: null,
      silence: null,
    },
  }
  return rule.forMs <= TOLERANCE_MS ? fire(track, now) : { track, change: null }
}

function seenIn(track: Track, judgement: Judgement, rule: AlertRule, now: number): Track {
  const { verdict, subject, values, details } = judgement
  const isMet = verdict === 'met'
  const { condition } = isMet ? judgement : track
  const value = isMet ? judgement.value : (values.find((one) => isSame(one.condition, condition))?.value ?? null)
  return {
    ...track,
    ...{ ruleName: rule.name, severity: rule.severity, subject, condition, value },
    metValue: isMet ? value : track.metValue,
    details: isMet ? details : track.details,
    ...{ judgedAt: now, missed: 0, isUnknown: false },
  }
}

/** A threshold may have been edited meanwhile. */
function isSame(a: AlertCondition, b: AlertCondition): boolean {
  return a.metric === b.metric && a.over === b.over && a.is === b.is
}

/** Between the thresholds its time stands still: a value that swings around the threshold does not begin anew each time. */
function pending(track: Track, verdict: Verdict, rule: AlertRule, now: number, stepMs: number): Step {
  if (verdict === 'clear') return OK
  if (verdict === 'between') return { track, change: null }
  const heldMs = track.heldMs + stepMs
  const next = { ...track, heldMs }
  return heldMs + TOLERANCE_MS >= rule.forMs ? fire(next, now) : { track: next, change: null }
}

function fire(track: Track, now: number): Step {
  return { track: { ...track, state: 'firing', firedAt: now, heldMs: 0, isOwed: true, times: 1 }, change: 'firing' }
}

function clearing(track: Track, rule: AlertRule, stepMs: number): Step {
  const heldMs = track.state === 'recovering' ? track.heldMs + stepMs : 0
  if (heldMs + TOLERANCE_MS >= rule.clearForMs) return { track, change: 'resolved' }
  return { track: { ...track, state: 'recovering', heldMs }, change: null }
}

function firing(track: Track): Track {
  return track.state === 'firing' ? track : { ...track, state: 'firing', heldMs: 0 }
}
