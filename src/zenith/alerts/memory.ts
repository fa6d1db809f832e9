import * as v from 'valibot'
import type { EngineState } from '../../alerts/engine/engine.js'
import type { Track } from '../../alerts/engine/track.js'
import type { OutboxState } from '../../alerts/outbox/outbox.js'
import { AlertCondition, AlertEvent, AlertSubject, Delivery } from '../../api/alerts.js'
import type { DocumentStore } from '../../ports/index.js'

const KIND = 'alert-state'

/** What the Zenith that evaluates writes, and what any other one shows. */
export interface StoredAlerts {
  /** The Zenith that wrote it. */
  readonly writer: string
  /** Unix ms by the store's clock. */
  readonly at: number
  readonly engine: EngineState
  readonly outbox: OutboxState
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

/**
 * The state of all alerts, in one document, so that what fires and what is told of it change together: a crash between the two can neither
 * lose a message nor tell it twice.
 */
export class AlertMemory {
  readonly #store: DocumentStore

  constructor(store: DocumentStore) {
    this.#store = store
  }

  /** Rejects when the store does not answer. */
  async read(): Promise<{ readonly state: StoredAlerts | null; readonly shown: ShownAlerts }> {
    const documents = await this.#store.listDocuments(KIND)
    return { state: readState(documents.get('state')), shown: readShown(documents.get('shown')) }
  }

  async writeState(state: StoredAlerts): Promise<void> {
    await this.#store.putDocument(KIND, 'state', fittingState(state))
  }

  async writeShown(shown: ShownAlerts): Promise<void> {
    await this.#store.putDocument(KIND, 'shown', fittingShown(shown))
  }
}

/** Signed with the token like every document: what has this form was written by a Zenith. */
function readState(text: string | undefined): StoredAlerts | null {
  const value = parsed(text) as Partial<StoredAlerts> | null
  const isState =
    typeof value?.writer === 'string' &&
    typeof value.at === 'number' &&
    typeof value.receivers === 'number' &&
    Array.isArray(value.engine?.tracks) &&
    Array.isArray(value.outbox)
  if (!isState) return null
  const state = value as StoredAlerts
  return { ...state, engine: { tracks: state.engine.tracks.filter(isTrack), quiet: state.engine.quiet ?? {} } }
}

/** Without a token anyone with write access to Redis may have written it. */
function isTrack(track: unknown): track is Track {
  if (typeof track !== 'object' || track === null) return false
  const { id, rule, subject, condition } = track as Partial<Track>
  return (
    typeof id === 'string' && typeof rule === 'string' && v.is(AlertSubject, subject) && v.is(AlertCondition, condition)
  )
}

function readShown(text: string | undefined): ShownAlerts {
  const value = parsed(text)
  return v.is(Shown, value) ? value : NOTHING_SHOWN
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? null : JSON.parse(text)
  } catch {
    return null
  }
}

/** A document has at most 1,048,576 characters. What is cut is told of in fewer words, or shown no longer; nothing fails for it. */
const MAX_CHARS = 1_000_000
const FEWER_TRACKS = 300

function fittingState(state: StoredAlerts): string {
  const whole = JSON.stringify(state)
  if (whole.length <= MAX_CHARS) return whole
  const shorter = shortened(state)
  let text = JSON.stringify(shorter)
  for (let most = FEWER_TRACKS; text.length > MAX_CHARS && most > 0; most = Math.floor(most / 2))
    text = JSON.stringify(fewer(shorter, most))
  return text
}

/** Without the lines that only explain. */
function shortened(state: StoredAlerts): StoredAlerts {
  const tracks = state.engine.tracks.map((track) => {
    return { ...track, details: [], subject: { ...track.subject, services: track.subject.services.slice(0, 3) } }
  })
  const outbox = state.outbox.map((one) => {
    const { alerts, more } = one.notification
    const first = alerts.slice(0, 3).map((alert) => ({ ...alert, details: [] }))
    const notification = {
      ...one.notification,
      alerts: first,
      more: more + alerts.length - first.length,
      alsoFiring: [],
    }
    return { ...one, notification }
  })
  return { ...state, engine: { ...state.engine, tracks }, outbox }
}

/** What fires before what may. @param most alerts, and a tenth as many messages */
function fewer(state: StoredAlerts, most: number): StoredAlerts {
  const { tracks, quiet } = state.engine
  const firing = [...tracks].sort((a, b) => Number(a.firedAt === null) - Number(b.firedAt === null))
  const kept = Object.fromEntries(Object.entries(quiet).slice(-most))
  return {
    ...state,
    engine: { tracks: firing.slice(0, most), quiet: kept },
    outbox: state.outbox.slice(-Math.ceil(most / 10)),
  }
}

function fittingShown(shown: ShownAlerts): string {
  const text = JSON.stringify(shown)
  const { events, deliveries } = shown
  if (text.length <= MAX_CHARS || events.length + deliveries.length === 0) return text
  const half = (list: readonly unknown[]) => list.slice(0, Math.floor(list.length / 2))
  return fittingShown({ ...shown, events: half(events), deliveries: half(deliveries) } as ShownAlerts)
}
