import * as v from 'valibot'
import type { EngineState, Quiet } from '../../alerts/engine/engine.js'
import { alertId, type Track } from '../../alerts/engine/track.js'
import type { OutboxState, Waiting } from '../../alerts/outbox/outbox.js'
import {
  Acknowledgement,
  ALERT_STATES,
  AlertCondition,
  AlertEvent,
  AlertSubject,
  DELIVERY_EVENTS,
  Delivery,
  SEVERITIES,
} from '../../api/alerts.js'
import { unpacked } from './packed.js'

/** What the Zenith that evaluates writes, and what any other one shows. */
export interface StoredAlerts {
  /** The Zenith that wrote it. */
  readonly writer: string
  /** Unix ms by the store's clock. */
  readonly at: number
  readonly engine: EngineState
  readonly outbox: OutboxState
  /** Changes that may not be among those that are shown yet, newest first. */
  readonly news: readonly AlertEvent[]
  /** How many receivers can be told, those of the code included. */
  readonly receivers: number
  /** Of the observer. */
  readonly memory: unknown
}

const RuleState = v.object({
  subjects: v.number(),
  left: v.number(),
  value: v.nullable(v.number()),
  worst: v.nullable(AlertSubject),
  /** Index of the condition that the values are of. An earlier version did not store it. */
  condition: v.optional(v.number()),
  spark: v.array(v.nullable(v.number())),
})
/** What a rule applies to, and its values lately. */
export type RuleState = v.InferOutput<typeof RuleState>

const Shown = v.object({
  events: v.array(AlertEvent),
  deliveries: v.array(Delivery),
  rules: v.record(v.string(), RuleState),
})
/** What pages show besides the alerts. */
export interface ShownAlerts {
  /** Newest first. */
  readonly events: readonly AlertEvent[]
  /** Newest first; those that have ended. */
  readonly deliveries: readonly Delivery[]
  /** By id. */
  readonly rules: Readonly<Record<string, RuleState>>
}

export const NOTHING_SHOWN: ShownAlerts = { events: [], deliveries: [], rules: {} }

const amount = v.pipe(v.number(), v.finite(), v.minValue(0))
const value = v.nullable(v.pipe(v.number(), v.finite()))
const texts = v.array(v.string())

const StoredTrack = v.object({
  id: v.string(),
  ...{ rule: v.string(), ruleName: v.string(), severity: v.picklist(SEVERITIES) },
  ...{ subject: AlertSubject, state: v.picklist(ALERT_STATES), isUnknown: v.boolean() },
  ...{ condition: AlertCondition, value, metValue: value, details: texts },
  ...{ since: amount, firedAt: v.nullable(amount), heldMs: amount, judgedAt: amount, missed: amount },
  acknowledged: v.nullable(Acknowledgement),
  ...{ told: texts, sentAt: v.nullable(amount), isOwed: v.boolean(), times: amount },
  ...{ cause: v.nullable(v.string()), causedAt: v.nullable(amount), silence: v.nullable(v.string()) },
})

const NotifiedAlert = v.object({
  ...{ id: v.string(), subject: v.string(), text: v.string(), since: amount, endedAt: v.nullable(amount) },
  ...{ times: amount, url: v.nullable(v.string()), details: texts },
})

const Notification = v.object({
  ...{ id: v.string(), event: v.picklist(DELIVERY_EVENTS), at: amount, title: v.string() },
  severity: v.picklist(SEVERITIES),
  rule: v.nullable(v.object({ id: v.string(), name: v.string() })),
  ...{ alerts: v.array(NotifiedAlert), more: amount, alsoFiring: texts, alsoFiringMore: amount },
  ...{ url: v.nullable(v.string()), note: v.string() },
})

const StoredMessage = v.object({
  ...{ id: v.string(), receiver: v.string(), notification: Notification },
  ...{ attempts: amount, nextAt: amount, pauseMs: amount },
  last: v.nullable(v.object({ status: v.nullable(amount), text: v.string() })),
})

const StoredQuiet = v.object({ sentAt: amount, times: amount })

/** Without a token any program that may write to Redis may have written it: what has another form is left out, piece by piece. */
export function readState(text: string | undefined): StoredAlerts | null {
  const state = parsed(text) as Partial<StoredAlerts> | null
  if (typeof state?.writer !== 'string' || typeof state.at !== 'number' || typeof state.receivers !== 'number')
    return null
  const { writer, at, receivers, memory } = state
  return {
    ...{ writer, at, receivers, memory },
    engine: { tracks: listOf(state.engine?.tracks, isTrack), quiet: quietOf(state.engine?.quiet) },
    outbox: listOf(state.outbox, isMessage),
    news: listOf(state.news, isEvent),
  }
}

export function readShown(text: string | undefined): ShownAlerts {
  const shown = parsed(text)
  return v.is(Shown, shown) ? shown : NOTHING_SHOWN
}

function isTrack(one: unknown): one is Track {
  return v.is(StoredTrack, one) && one.id === alertId(one.rule, one.subject)
}

function isMessage(one: unknown): one is Waiting {
  return v.is(StoredMessage, one)
}

function isEvent(one: unknown): one is AlertEvent {
  return v.is(AlertEvent, one)
}

function listOf<T>(list: unknown, isOne: (one: unknown) => one is T): readonly T[] {
  return Array.isArray(list) ? list.filter(isOne) : []
}

function quietOf(quiet: unknown): Readonly<Record<string, Quiet>> {
  if (typeof quiet !== 'object' || quiet === null) return {}
  return Object.fromEntries(
    Object.entries(quiet).filter((entry): entry is [string, Quiet] => v.is(StoredQuiet, entry[1])),
  )
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? null : JSON.parse(unpacked(text))
  } catch {
    return null
  }
}
