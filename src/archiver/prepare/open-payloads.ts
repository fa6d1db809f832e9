import type { SealedPayload } from '../../ports/archive.js'
import { type JobPayload, parsePayloads } from '../../protocol/index.js'
import { open } from '../../signing/seal.js'

/**
 * Opens sealed payloads. The payloads of many jobs are one block, which is opened once: jobs of a block share its bytes.
 *
 * @param tokens two during a rotation; without one nothing can be opened
 */
export function payloadOpener(tokens: readonly string[]): (payload: SealedPayload) => JobPayload | null {
  let opened: Uint8Array | null = null
  let payloads: readonly (JobPayload | null)[] = []
  return ({ bytes, context, index }) => {
    if (opened !== bytes) {
      const block = open(bytes, tokens, context)
      payloads = block === null ? [] : (parsePayloads(block) ?? [])
      opened = bytes
    }
    return payloads[index] ?? null
  }
}
