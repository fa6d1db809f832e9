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
    return { state: readState(documents.get('state')), shown: readShown(documents.get('shown')) }
  }

  async writeState(state: StoredAlerts): Promise<void> {
    await this.#store.putDocument(KIND, 'state', await fittingState(state))
  }

  async writeShown(shown: ShownAlerts): Promise<void> {
    await this.#store.putDocument(KIND, 'shown', fittingShown(shown))
  }
}
