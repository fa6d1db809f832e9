import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { ArchivedPayload } from '../../ports/index.js'

/** Payloads of neighbouring jobs resemble each other: together they take a third of what they take alone. Reading one reads its block. */
const BLOCK_CHARS = 16_384
/** Beyond it deflate takes twice as long to save a tenth. */
const LEVEL = 4
/** No block is longer: 6 bytes of JSON a character at most, and what is around it. */
const MAX_BLOCK_BYTES = 8_388_608

/** A payload and the id of its job. */
export type Entry = readonly [id: number, isCut: 0 | 1, text: string]

/** In the order they came, each block about as long as what is worth compressing at once. */
export function splitBlocks(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  const blocks: Entry[][] = []
  let left = 0
  for (const entry of entries) {
    if (left <= 0) {
      blocks.push([])
      left = BLOCK_CHARS
    }
    blocks.at(-1)?.push(entry)
    left -= entry[2].length
  }
  return blocks
}

export function encodeBlock(entries: readonly Entry[]): Uint8Array {
  return deflateRawSync(JSON.stringify(entries), { level: LEVEL })
}

export function decodeBlock(body: Uint8Array): readonly Entry[] {
  return JSON.parse(inflateRawSync(body, { maxOutputLength: MAX_BLOCK_BYTES }).toString()) as readonly Entry[]
}

export function payloadOf([, isCut, text]: Entry): ArchivedPayload {
  return { text, isCut: isCut === 1 }
}
