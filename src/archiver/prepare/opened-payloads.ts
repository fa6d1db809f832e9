import { BoundedMap } from '../../lib/bounded-map.js'
import type { RawPayload, SealedPayload } from '../../ports/archive.js'
import { type JobPayload, parsePayloads } from '../../protocol/index.js'
import { open } from '../../signing/seal.js'

interface Block {
  readonly bytes: Uint8Array
  readonly isOpen: boolean
  readonly payloads: readonly (JobPayload | null)[]
}

/** Jobs of one block follow each other: each block is opened once. */
const MAX_BLOCKS = 4

/** Opens the payloads of one batch of jobs. */
export class OpenedPayloads {
  readonly #tokens: readonly string[]
  readonly #unopened = new Set<RawPayload>()
  readonly #blocks = new BoundedMap<string, Block>(MAX_BLOCKS)

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens
  }

  /** Null when it can't be opened. */
  of(payload: RawPayload): JobPayload | null {
    if (payload.kind === 'text') return { text: payload.text, isCut: false }
    const { isOpen, payloads } = this.#block(payload)
    if (!isOpen) this.#unopened.add(payload)
    return payloads[payload.index] ?? null
  }

  /** Whether no token opened the block of a payload that was asked for. */
  isUnopened(payload: RawPayload | null): boolean {
    return payload !== null && this.#unopened.has(payload)
  }

  #block({ bytes, context }: SealedPayload): Block {
    const known = this.#blocks.get(context)
    if (known && Buffer.compare(known.bytes, bytes) === 0) return known
    const text = open(bytes, this.#tokens, context)
    const block = { bytes, isOpen: text !== null, payloads: (text !== null && parsePayloads(text)) || [] }
    this.#blocks.set(context, block)
    return block
  }
}
