import { type Freeze, MAX_FREEZE_MS, MAX_FREEZE_REASON_CHARS } from '../../api/freeze.js'
import type { ControlStore } from '../../ports/index.js'
import { MAX_NAME_CHARS } from '../../protocol/index.js'
import { readObject, readText, readTime } from '../../protocol/read.js'
import { ApiError } from '../http/api-error.js'
import { callStore } from '../store/call-store.js'
import { inspectDocuments } from '../store/documents.js'

const KIND = 'freeze'
/** One document: there is one freeze at most. */
const ID = 'current'

export interface FreezesOptions {
  /** Null if there is no control store: then there is no freeze. */
  readonly store: ControlStore | null
  /** The store's clock as last read, Unix ms. */
  readonly now: () => number
}

/** The freeze as stored. */
export interface StoredFreeze {
  /** Null if there is none, or if it has ended. */
  readonly freeze: Freeze | null
  readonly isActive: boolean
  /** Whether there is one without a valid signature. It freezes nothing: who can write it can delete it as well. */
  readonly isUntrusted: boolean
}

/** The change freeze of a cluster, read from the store at each question: all Zeniths obey it at once. Rejects with an `ApiError`. */
export class Freezes {
  readonly #store: ControlStore | null
  readonly #now: () => number

  constructor({ store, now }: FreezesOptions) {
    this.#store = store
    this.#now = now
  }

  async read(): Promise<StoredFreeze> {
    const store = this.#store
    if (!store) return { freeze: null, isActive: false, isUntrusted: false }
    const { documents, untrusted, leftOut } = await callStore(() => inspectDocuments(store, KIND, [ID]))
    if (leftOut > 0) throw new ApiError('store_unavailable', 'The change freeze is too large to be read.')
    const freeze = parse(documents.get(ID))
    const now = freeze ? await this.#time(store) : 0
    const isActive = freeze !== null && freeze.from <= now && now < freeze.until
    return { freeze: freeze && now < freeze.until ? freeze : null, isActive, isUntrusted: untrusted.size > 0 }
  }

  async set(freeze: Freeze): Promise<void> {
    const store = this.#needed()
    await callStore(() => store.putDocument(KIND, ID, JSON.stringify(freeze)))
  }

  async lift(): Promise<void> {
    const store = this.#needed()
    await callStore(() => store.deleteDocument(KIND, ID))
  }

  /** By the store's clock: those of the Zeniths may differ. */
  async time(): Promise<number> {
    return this.#time(this.#needed())
  }

  async #time(store: ControlStore): Promise<number> {
    return (await callStore(() => store.time())) ?? this.#now()
  }

  #needed(): ControlStore {
    if (this.#store) return this.#store
    throw new ApiError('not_supported', 'This store keeps no data of Zenith, and so no change freeze.')
  }
}

/** Null for anything else: without a token, any program that may write to Redis may have written it. */
function parse(document: string | undefined): Freeze | null {
  const fields = document === undefined ? null : readObject(document)
  if (!fields) return null
  const [from, until, at] = [readTime(fields, 'from'), readTime(fields, 'until'), readTime(fields, 'at')]
  const [reason, by] = [readText(fields, 'reason', MAX_FREEZE_REASON_CHARS), readText(fields, 'by', MAX_NAME_CHARS)]
  if (from === null || until === null || at === null || reason === null || by === null) return null
  return until > from && until - from <= MAX_FREEZE_MS ? { from, until, reason, by, at } : null
}
