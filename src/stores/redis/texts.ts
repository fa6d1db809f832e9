import { performance } from 'node:perf_hooks'
import { MAX_BATCH_BYTES } from '../../protocol/read-limits.js'
import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import type { RedisError } from '../../redis/errors.js'
import { asList, asNumber, asText } from '../../redis/replies.js'
import { type Reply, send } from '../../redis/send.js'

/** The text of a key; null without the key; `unreadable` for a key of another type. */
export interface KeyText {
  readonly text: string | null
  readonly unreadable: boolean
  /** Size of the value if Redis reports it, else the length of the text. */
  readonly bytes: number
  /**
   * Why the value was not loaded: it exceeds the limit of one value, there was no room beside smaller ones, or no time was left in this
   * read.
   */
  readonly left?: 'large' | 'room' | 'late'
  /** Set when its part of a Cluster does not answer. */
  readonly problem?: RedisError
}

/** Limits for loading texts. */
export interface TextBounds {
  /** Of one value. */
  readonly maxBytes: number
  /** Of all values together. */
  readonly totalBytes: number
}

/** Most time to load values, ms: some take far longer to parse than their size suggests. Small ones come first. */
const LOADING_MS = 2_500
/** Texts in memory at once: the garbage collector copies what lives longer. */
const SLICE = 250
/** Most sizes to request at once. */
const ASKED = 1_000
const GONE: KeyText = { text: null, unreadable: false, bytes: 0 }
const LATE: KeyText = { text: null, unreadable: false, bytes: 0, left: 'late' }
const UNREADABLE: KeyText = { text: null, unreadable: true, bytes: 0 }

/** Whether a connection's user may read sizes, once known. */
const tellsSizes = new WeakMap<Connection, boolean>()

interface Sized {
  readonly key: string
  readonly index: number
  /** Null if the user may not read sizes. */
  readonly bytes: number | null
}

/**
 * Reads many keys, smallest values first; while some are processed, the next are loaded. Requests sizes before values, and never loads
 * one that is too large. No value hides another.
 *
 * @param take receives a text and the index of its key
 * @throws RedisError when Redis does not answer
 */
export async function eachText(
  connection: Connection,
  keys: readonly string[],
  bounds: TextBounds,
  take: (text: KeyText, index: number) => void,
): Promise<void> {
  if (keys.length === 0) return
  const wanted: Sized[] = []
  for (const { sized, left } of withinBounds(await sizesOf(connection, keys, take), bounds)) {
    if (left) take({ text: null, unreadable: false, bytes: sized.bytes ?? 0, left }, sized.index)
    else wanted.push(sized)
  }
  const batches = batchesOf(wanted)
  const load = (number: number) => readTexts(connection, batches[number] ?? [])
  const end = performance.now() + LOADING_MS
  let coming = load(0)
  for (const [number, batch] of batches.entries()) {
    const isLate = number > 0 && performance.now() > end
    const texts = isLate ? batch.map(() => LATE) : await coming
    coming = load(isLate ? Number.POSITIVE_INFINITY : number + 1)
    // If `take` throws, nothing awaits this batch.
    coming.catch(() => {})
    batch.forEach(({ index, bytes }, place) => {
      const text = texts[place] ?? GONE
      take(bytes === null ? text : { ...text, bytes }, index)
    })
  }
}

/** Reads sizes by STRLEN, if the user may. Passes keys of another type to `take` at once. */
async function sizesOf(
  connection: Connection,
  keys: readonly string[],
  take: (text: KeyText, index: number) => void,
): Promise<Sized[]> {
  const [first] = keys
  if (first !== undefined && !tellsSizes.has(connection)) {
    // Tried once: Redis logs each refusal.
    const [reply] = await send(connection, [['strlen', first]])
    tellsSizes.set(connection, reply?.error?.code !== 'NOPERM')
  }
  if (!tellsSizes.get(connection)) return keys.map((key, index) => ({ key, index, bytes: null }))
  const sizes: Sized[] = []
  for (let start = 0; start < keys.length; start += ASKED) {
    const asked = keys.slice(start, start + ASKED)
    const replies = await send(
      connection,
      asked.map((key) => ['strlen', key] as const),
    )
    for (const [index, reply] of replies.entries()) {
      if (reply.error?.code === 'WRONGTYPE') take(UNREADABLE, start + index)
      // A part that does not answer is not tried again: that would take another time-out.
      else if (reply.error && isOfPart(reply)) take({ ...UNREADABLE, problem: reply.error }, start + index)
      else sizes.push({ key: asked[index] ?? '', index: start + index, bytes: asNumber(reply.value) })
    }
  }
  return sizes
}

function withinBounds(all: readonly Sized[], { maxBytes, totalBytes }: TextBounds) {
  let total = 0
  const smallFirst = all.toSorted((a, b) => (a.bytes ?? 0) - (b.bytes ?? 0))
  return smallFirst.map((sized): { sized: Sized; left: KeyText['left'] } => {
    const bytes = sized.bytes ?? 0
    if (bytes > maxBytes) return { sized, left: 'large' }
    total += bytes
    return { sized, left: total > totalBytes ? 'room' : undefined }
  })
}

function batchesOf(all: readonly Sized[]): Sized[][] {
  const batches: Sized[][] = []
  let bytes = 0
  for (const sized of all) {
    const last = batches.at(-1)
    bytes += sized.bytes ?? 0
    if (last && last.length < SLICE && bytes <= MAX_BATCH_BYTES) last.push(sized)
    else {
      batches.push([sized])
      bytes = sized.bytes ?? 0
    }
  }
  return batches
}

async function readTexts(connection: Connection, wanted: readonly Sized[]): Promise<KeyText[]> {
  const keys = wanted.map(({ key }) => key)
  if (keys.length === 0) return []
  if (connection.isCluster) return readEach(connection, keys)
  const texts = await readTogether(connection, keys)
  // MGET returns null for a key of another type as well. A key with a size has a text, or is gone.
  const unclear = keys.filter((_, index) => texts[index] == null && wanted[index]?.bytes === null)
  const asked = unclear.length === 0 ? [] : await readEach(connection, unclear)
  let next = 0
  return texts.map((text, index) => {
    if (text !== null) return textOf(text)
    return wanted[index]?.bytes === null ? (asked[next++] ?? GONE) : GONE
  })
}

function textOf(text: string): KeyText {
  return { text, unreadable: false, bytes: text.length }
}

async function readTogether(connection: Connection, keys: readonly string[]): Promise<(string | null)[]> {
  const command: Command = ['mget', ...keys]
  const [reply] = await send(connection, [command])
  const values = asList(reply ? orThrow(reply) : null)
  return keys.map((_, position) => asText(values[position]))
}

async function readEach(connection: Connection, keys: readonly string[]): Promise<KeyText[]> {
  const replies = await send(
    connection,
    keys.map((key) => ['get', key] as const),
  )
  return replies.map((reply) => {
    if (reply.error && isOfPart(reply)) return { ...UNREADABLE, problem: reply.error }
    if (reply.error && isAboutKey(reply)) return UNREADABLE
    const text = asText(orThrow(reply))
    return text === null ? GONE : textOf(text)
  })
}

/** Whether the error concerns the key, not the connection. */
export function isAboutKey(reply: Reply): boolean {
  return reply.error?.code === 'WRONGTYPE' || reply.error?.code === 'NOPERM'
}

/** Whether the key's part of a Cluster does not answer. */
export function isOfPart(reply: Reply | undefined): boolean {
  return reply?.error?.code === 'SLOTDOWN'
}

/** NOPERM concerns a batch of keys here, which are then read one by one. */
function orThrow(reply: Reply): unknown {
  if (reply.error && !isAboutKey(reply)) throw reply.error
  return reply.value
}
