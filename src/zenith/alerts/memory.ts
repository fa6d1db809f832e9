import { type AlertEvent, MAX_ALERT_EVENTS } from '../../api/alerts.js'
import { alertChangeId } from '../../archiver/feeds/alerts.js'
import type { DocumentStore } from '../../ports/index.js'
import { fittingShown, fittingState } from './fitting.js'
import { readShown, readState, type ShownAlerts, type StoredAlerts } from './stored.js'

const KIND = 'alert-state'

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
    const state = readState(documents.get('state'))
    const shown = readShown(documents.get('shown'))
    return { state, shown: state ? { ...shown, events: withNews(shown.events, state.news) } : shown }
  }

  async writeState(state: StoredAlerts): Promise<void> {
    await this.#store.putDocument(KIND, 'state', await fittingState(state))
  }

  async writeShown(shown: ShownAlerts): Promise<void> {
    await this.#store.putDocument(KIND, 'shown', fittingShown(shown))
  }
}

/** A crash between the two documents leaves changes in the state that are not shown yet. Both are newest first. */
function withNews(events: readonly AlertEvent[], news: readonly AlertEvent[]): readonly AlertEvent[] {
  if (news.length === 0) return events
  const known = new Set(events.map(alertChangeId))
  const missing = news.filter((event) => !known.has(alertChangeId(event)))
  return missing.length === 0 ? events : [...missing, ...events].slice(0, MAX_ALERT_EVENTS)
}
