import { performance } from 'node:perf_hooks'
import { MAX_BATCH_BYTES } from '../../protocol/read-limits.js'
import type { Connection } from '../../redis/connection.js'
import { asList, asNumber, asText, fieldsOfHash } from '../../redis/replies.js'
import { ask, type Reply, send } from '../../redis/send.js'

/** Limits for loading a hash. */
export interface HashBounds {
  readonly maxFields: number
  /** The longest name, in characters. */
  readonly maxName: number
  /** Of one value. */
  readonly maxBytes: number
  /** Of all values together. */
  readonly totalBytes: number
  /** Most time to load values, ms. Small ones come first. */
  readonly loadingMs: number
}

export interface HashQuery {
  readonly bounds: HashBounds
  /** Fields to load in any case: if there are too many fields, only some are found. */
  readonly known: readonly string[]
  /** Whether to load others, too. */
  readonly others: boolean
}

/** Receives each loaded field; null for a known field that does not exist. */
type Take = (name: string, text: string | null) => void

interface Sized {
  readonly name: string
  readonly bytes: number
}

interface Plan {
  readonly total: number
  /** Smallest first. */
  readonly wanted: readonly Sized[]
  /** Number of fields that exceed a limit. */
  readonly beyond: number
}

/** Most values to load at once. */
const SLICE = 250
/** Most sizes to request at once. */
const ASKED = 1_000

/** Whether a connection's user may read sizes and single fields, once known. */
const picks = new WeakMap<Connection, boolean>()

/**
 * Reads a hash, smallest values first. Requests the number and the sizes of its fields before it loads any; if the user may not, it loads
 * the whole hash.
 *
 * @returns the number of fields that were not loaded; of the known ones only, unless `others` is set
 * @throws RedisError when Redis does not answer, or the key holds no hash
 */
export async function eachField(connection: Connection, key: string, query: HashQuery, take: Take): Promise<number> {
  if (!(await mayPick(connection, key))) return takeAll(connection, key, query, take)
  const { total, wanted, beyond } = await planOf(connection, key, query)
  let [loaded, unread] = [0, beyond]
  const end = performance.now() + query.bounds.loadingMs
  for (const [number, batch] of batchesOf(wanted).entries()) {
    const isLate = number > 0 && performance.now() > end
    const values = isLate ? [] : asList(await ask(connection, ['hmget', key, ...batch.map(({ name }) => name)]))
    batch.forEach(({ name }, index) => {
      const text = asText(values[index])
      // An error means that the value was too large after all.
      if (isLate || (text === null && values[index] !== null)) unread += 1
      else take(name, text)
      if (text !== null) loaded += 1
    })
  }
  return query.others ? Math.max(0, total - loaded) : unread
}

/** Number of fields that {@link eachField} would not load; 0 if the user may not read sizes. */
export async function countUnread(connection: Connection, key: string, bounds: HashBounds): Promise<number> {
  if (!(await mayPick(connection, key))) return 0
  const { total, wanted } = await planOf(connection, key, { bounds, known: [], others: true })
  return Math.max(0, total - wanted.length)
}

/** Tried once per connection: Redis logs each refusal. */
async function mayPick(connection: Connection, key: string): Promise<boolean> {
  const known = picks.get(connection)
  if (known !== undefined) return known
  const replies = await send(connection, [
    ['hlen', key],
    ['hrandfield', key, 1],
    ['hstrlen', key, ''],
    ['hmget', key, ''],
  ])
  const failed = replies.find(({ error }) => error !== null && !isCommandDenied(error))
  if (failed?.error) throw failed.error
  const may = replies.every(({ error }) => error === null)
  picks.set(connection, may)
  return may
}

/** Whether the command is denied, not the key, which HGETALL could not read either. */
function isCommandDenied({ code, message }: NonNullable<Reply['error']>): boolean {
  return code === 'NOCMD' || (code === 'NOPERM' && /to run/.test(message))
}

async function planOf(connection: Connection, key: string, { bounds, known, others }: HashQuery): Promise<Plan> {
  const picked = others ? await pick(connection, key, bounds) : { total: known.length, names: [] }
  const names = [...new Set([...known, ...picked.names])]
  const sizes: Sized[] = []
  for (let start = 0; start < names.length; start += ASKED)
    sizes.push(...(await sizesOf(connection, key, names.slice(start, start + ASKED))))
  let bytes = 0
  const wanted = sizes
    .toSorted((a, b) => a.bytes - b.bytes)
    .filter((one) => {
      if (one.bytes > bounds.maxBytes) return false
      bytes += one.bytes
      return bytes <= bounds.totalBytes
    })
  return { total: picked.total, wanted, beyond: names.length - wanted.length }
}

/** All names, or as many as the limit allows. */
async function pick(connection: Connection, key: string, { maxFields, maxName }: HashBounds) {
  const [count, fields] = await send(connection, [
    ['hlen', key],
    ['hrandfield', key, maxFields],
  ])
  const error = count?.error ?? fields?.error
  if (error) throw error
  const names = asList(fields?.value).map(asText)
  return {
    total: asNumber(count?.value) ?? 0,
    names: names.filter((name) => name !== null && name.length <= maxName) as string[],
  }
}

async function sizesOf(connection: Connection, key: string, names: readonly string[]): Promise<Sized[]> {
  const replies = await send(
    connection,
    names.map((name) => ['hstrlen', key, name] as const),
  )
  return replies.map(({ error, value }, index) => {
    if (error) throw error
    return { name: names[index] ?? '', bytes: asNumber(value) ?? 0 }
  })
}

function batchesOf(all: readonly Sized[]): Sized[][] {
  const batches: Sized[][] = []
  let bytes = 0
  for (const sized of all) {
    const last = batches.at(-1)
    bytes += sized.bytes
    if (last && last.length < SLICE && bytes <= MAX_BATCH_BYTES) last.push(sized)
    else {
      batches.push([sized])
      bytes = sized.bytes
    }
  }
  return batches
}

async function takeAll(connection: Connection, key: string, { known, others }: HashQuery, take: Take): Promise<number> {
  const fields = fieldsOfHash(await ask(connection, ['hgetall', key]))
  const names = new Set(fields.map(([name]) => name))
  let unread = 0
  for (const [name, text] of fields) {
    if (!others && !known.includes(name)) continue
    if (text === null) unread += 1
    else take(name, text)
  }
  // A name that was too large may be any of the known ones.
  if (!names.has('')) for (const name of known) if (!names.has(name)) take(name, null)
  return unread
}
