import type { Commands } from '../../ports.js'
import type { BulkOperation } from '../../protocol/index.js'
import { type KeptOperation, parseKeptOperation } from './kept-operation.js'
import { ENDED } from './operation.js'

const KIND = 'bulk'
/** A Zenith that has not said for so long that an operation goes on has ended, ms. */
const SILENT_MS = 20_000
export const MAX_KEPT = 20
export const KEEP_MS = 24 * 60 * 60_000

const INTERRUPTED = 'The Zenith that ran it ended before it was done.'

/** What the Zeniths of a store tell each other of their bulk operations: sums, no jobs. */
export class KeptOperations {
  readonly #commands: Commands | null
  readonly #zenith: string

  /** @param zenith names this one */
  constructor(commands: Commands | null, zenith: string) {
    this.#commands = commands
    this.#zenith = zenith
  }

  /** Rejects when the store does not take it. */
  async keep(operation: BulkOperation): Promise<void> {
    const kept: KeptOperation = { zenith: this.#zenith, at: Date.now(), operation: briefly(operation) }
    await this.#commands?.keep(KIND, operation.id, JSON.stringify(kept))
  }

  /** Those of other Zeniths; what nobody goes on with is interrupted. Rejects when the store does not answer. */
  async others(): Promise<BulkOperation[]> {
    return [...(await this.#all()).values()].filter(({ zenith }) => zenith !== this.#zenith).map(presentOf)
  }

  /** Forgets the oldest of what has ended, whoever ran it. Rejects when the store does not answer. */
  async prune(): Promise<void> {
    const ended = [...(await this.#all())].filter(([, kept]) => ENDED.includes(presentOf(kept).phase))
    const newestFirst = ended.sort(([, a], [, b]) => b.at - a.at)
    const old = newestFirst.filter(([, { at }], index) => index >= MAX_KEPT || at < Date.now() - KEEP_MS)
    for (const [id] of old) await this.#commands?.forget(KIND, id)
  }

  async #all(): Promise<Map<string, KeptOperation>> {
    const documents = (await this.#commands?.kept(KIND)) ?? new Map<string, string>()
    const all = new Map<string, KeptOperation>()
    for (const [id, document] of documents) {
      const kept = parseKeptOperation(document)
      if (kept) all.set(id, kept)
    }
    return all
  }
}

/** The ids may be many, and nobody but the one who runs it needs them. */
function briefly(operation: BulkOperation): BulkOperation {
  const { selection } = operation
  return { ...operation, selection: { ...selection, ids: selection.ids?.slice(0, 100) ?? null } }
}

function presentOf({ at, operation }: KeptOperation): BulkOperation {
  if (operation.phase !== 'running' || Date.now() - at < SILENT_MS) return operation
  return { ...operation, phase: 'interrupted', endedAt: at, error: INTERRUPTED }
}
