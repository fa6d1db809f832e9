import { BoundedMap } from '../../lib/bounded-map.js'
import type { RawPayload } from '../../ports/archive.js'
import { type JobPayload, parsePayloads } from '../../protocol/index.js'
import { open } from '../../signing/seal.js'

interface Block {
  readonly bytes: Uint8Array
  readonly payloads: readonly (JobPayload | null)[]
}

/** Jobs of one block follow each other: each block is opened once. */
const MAX_BLOCKS = 4

/** Opens the payloads of one batch of jobs. */
export class OpenedPayloads {
  readonly #tokens: readonly string[]
  readonly #blocks = new BoundedMap<string, Block>(MAX_BLOCKS)

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens
  }

  /** Null when it can't be opened. */
  of(payload: RawPayload): JobPayload | null {
    if (payload.kind === 'text') return { text: payload.text, isCut: false }
    return this.#block(payload.bytes, payload.context).payloads[payload.index] ?? null
  }

  #block(bytes: Uint8Array, context: string): Block {
    const known = this.#blocks.get(context)
    if (known && Buffer.compare(known.bytes, bytes) === 0) return known
    const text = open(bytes, this.#tokens, context)
    const block = { bytes, payloads: (text !== null && parsePayloads(text)) || [] }
    this.#blocks.set(context, block)
    return block
  }
}
