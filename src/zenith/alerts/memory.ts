import * as v from 'valibot'
import type { EngineState } from '../../alerts/engine/engine.js'
import type { OutboxState } from '../../alerts/outbox/outbox.js'
import { AlertEvent, AlertSubject, Delivery } from '../../api/alerts.js'
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
    await this.#store.putDocument(KIND, 'state', JSON.stringify(state))
  }

  async writeShown(shown: ShownAlerts): Promise<void> {
    await this.#store.putDocument(KIND, 'shown', JSON.stringify(shown))
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
  return isState ? (value as StoredAlerts) : null
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
