import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import type { RedisError } from '../../redis/errors.js'
import { asList, asText } from '../../redis/replies.js'
import { type Reply, send } from '../../redis/send.js'

/** What a key holds: its text; null when there is no such key; `unreadable` when it holds something else. */
export interface KeyText {
  readonly text: string | null
  readonly unreadable: boolean
  /** When it is the part of a Cluster that does not answer. */
  readonly problem?: RedisError
}

const CHUNK = 250
/** How many texts are held at once by {@link eachText}: what lives longer is copied by the garbage collector. */
const SLICE = 500
const GONE: KeyText = { text: null, unreadable: false }
const UNREADABLE: KeyText = { text: null, unreadable: true }

/**
 * Reads many strings at once, in the order of the keys. What one key holds never hides another's.
 *
 * @throws RedisError when Redis does not answer
 */
export async function readTexts(connection: Connection, keys: readonly string[]): Promise<KeyText[]> {
  if (connection.isCluster) return readEach(connection, keys)
  const texts = await readChunks(connection, keys)
  // MGET says "nothing" of a key of another type as well: those that it found nothing at are asked for by themselves.
  const unclear = keys.filter((_, index) => texts[index] == null)
  if (unclear.length === 0) return texts.map((text) => (text === null ? GONE : { text, unreadable: false }))
  const asked = await readEach(connection, unclear)
  let next = 0
  return texts.map((text) => (text === null ? (asked[next++] ?? GONE) : { text, unreadable: false }))
}

/**
 * Hands them over one after the other, in the order of the keys: while some are looked at, the next are on their way.
 *
 * @throws RedisError when Redis does not answer
 */
export async function eachText(
  connection: Connection,
  keys: readonly string[],
  take: (text: KeyText, index: number) => void,
): Promise<void> {
  const sliceFrom = (start: number) => readTexts(connection, keys.slice(start, start + SLICE))
  let coming = sliceFrom(0)
  for (let start = 0; start < keys.length; start += SLICE) {
    const texts = await coming
    coming = sliceFrom(start + SLICE)
    texts.forEach((text, index) => {
      take(text, start + index)
    })
  }
}

async function readChunks(connection: Connection, keys: readonly string[]): Promise<(string | null)[]> {
  const commands: Command[] = []
  for (let start = 0; start < keys.length; start += CHUNK) commands.push(['mget', ...keys.slice(start, start + CHUNK)])
  const replies = await send(connection, commands)
  return replies.flatMap((reply, index) => {
    const length = (commands[index]?.length ?? 1) - 1
    const values = asList(orThrow(reply))
    return Array.from({ length }, (_, position) => asText(values[position]))
  })
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
    return text === null ? GONE : { text, unreadable: false }
  })
}

/** Errors of the key, not of the way to Redis. */
export function isAboutKey(reply: Reply): boolean {
  return reply.error?.code === 'WRONGTYPE' || reply.error?.code === 'NOPERM'
}

/** Whether it is where the key is, in a part of a Cluster, that does not answer. */
export function isOfPart(reply: Reply | undefined): boolean {
  return reply?.error?.code === 'SLOTDOWN'
}

/** NOPERM stands for a chunk of keys here: they are asked for one by one, then. */
function orThrow(reply: Reply): unknown {
  if (reply.error && !isAboutKey(reply)) throw reply.error
  return reply.value
}
