import type { DocumentStore } from '../../../ports/index.js'
import { MAX_MESSAGE_CHARS } from '../../../protocol/index.js'
import type { Operation } from './operation.js'

const KIND = 'bulk-stop'
/** How often the Zenith that runs an operation asks for requests, ms. */
const ASK_EVERY_MS = 500

/** Requests to cancel an operation that another Zenith counts or runs. Methods reject when the store does not answer. */
export class StopRequests {
  readonly #store: DocumentStore | null

  /** @param store null if there is no control store: then there is no other Zenith */
  constructor(store: DocumentStore | null) {
    this.#store = store
  }

  /** @param reason `cancelled by ada` */
  async ask(id: string, reason: string): Promise<void> {
    await this.#store?.putDocument(KIND, id, reason.slice(0, MAX_MESSAGE_CHARS))
  }

  /** An operation that begins does not end by a request to an earlier run. */
  async clear(id: string): Promise<void> {
    await this.#store?.deleteDocument(KIND, id)
  }

  /** Cancels the operation once that is requested. @returns ends the watch */
  watch(operation: Operation): () => void {
    let isAsking = false
    const timer = setInterval(() => {
      if (isAsking || operation.stop) return
      isAsking = true
      void this.#take(operation)
        .catch(() => {})
        .finally(() => {
          isAsking = false
        })
    }, ASK_EVERY_MS).unref()
    return () => clearInterval(timer)
  }

  async #take(operation: Operation): Promise<void> {
    const reason = (await this.#store?.listDocuments(KIND, [operation.id]))?.get(operation.id)
    if (reason !== undefined) operation.stop ??= { as: 'cancelled', reason }
  }
}
