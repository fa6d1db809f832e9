import type { JobAddress, JobFlow } from '../../protocol/index.js'
import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asList, asNumber, asText } from '../../redis/replies.js'
import { send } from '../../redis/send.js'
import { baseOf } from '../bull-layout/keys.js'
import { locate } from '../bull-layout/state.js'
import { parentOf } from '../bull-layout/summary.js'
import { orThrow } from '../shared/redis.js'

/** What a page can show. */
const MAX_DEPTH = 10
const MAX_CHILDREN = 50
const MAX_JOBS = 300
/** The names of so many fields are read at once; of larger hashes none. */
const MAX_FIELDS = 2_000

/** The tree that a job belongs to. Null when the job is gone. */
export async function readFlow(connection: Connection, prefix: string, address: JobAddress): Promise<JobFlow | null> {
  const [there] = await locate(connection, baseOf(prefix, address.queue), [address.id])
  if (!there?.exists) return null
  const walk: Walk = { connection, prefix, left: MAX_JOBS }
  return readTree(walk, await rootOf(connection, prefix, address), 0)
}

interface Walk {
  readonly connection: Connection
  readonly prefix: string
  /** How many more jobs may be read. */
  left: number
}

async function rootOf(connection: Connection, prefix: string, address: JobAddress): Promise<JobAddress> {
  let root = address
  for (let depth = 0; depth < 2 * MAX_DEPTH; depth++) {
    const [reply] = await send(connection, [['hmget', baseOf(prefix, root.queue) + root.id, 'parent', 'parentKey']])
    const [json, key] = asList(orThrow(reply)).map(asText)
    const parent = parentOf(json ?? null, key ?? null)
    if (!parent) return root
    const [there] = await locate(connection, baseOf(prefix, parent.queue), [parent.id])
    if (!there?.exists) return root
    root = parent
  }
  return root
}

async function readTree(walk: Walk, address: JobAddress, depth: number): Promise<JobFlow> {
  const { connection, prefix } = walk
  const base = baseOf(prefix, address.queue)
  const [[where], [name]] = await Promise.all([
    locate(connection, base, [address.id]),
    send(connection, [['hget', base + address.id, 'name']]),
  ])
  const { keys, total } = await readChildKeys(connection, base + address.id)
  const shown = depth < MAX_DEPTH ? keys.slice(0, Math.min(MAX_CHILDREN, walk.left)) : []
  walk.left -= shown.length
  const addresses = shown.flatMap((key) => parseJobKey(key, prefix) ?? [])
  const children = await Promise.all(addresses.map((child) => readTree(walk, child, depth + 1)))
  return {
    ...address,
    name: asText(orThrow(name)) ?? '',
    state: where?.exists ? where.state : null,
    children,
    more: total - children.length,
  }
}

/** Children that are to come, those that ended well, and the two kinds of failed ones. */
async function readChildKeys(connection: Connection, key: string): Promise<{ keys: string[]; total: number }> {
  const counts = await send(connection, [
    ['scard', `${key}:dependencies`],
    ['hlen', `${key}:processed`],
    ['hlen', `${key}:failed`],
    ['zcard', `${key}:unsuccessful`],
  ])
  const [pending = 0, processed = 0, ignored = 0, failed = 0] = counts.map((reply) => asNumber(orThrow(reply)) ?? 0)
  const commands: Command[] = []
  if (failed > 0) commands.push(['zrange', `${key}:unsuccessful`, 0, MAX_CHILDREN - 1])
  if (pending > 0) commands.push(['srandmember', `${key}:dependencies`, MAX_CHILDREN])
  if (ignored > 0 && ignored <= MAX_FIELDS) commands.push(['hkeys', `${key}:failed`])
  if (processed > 0 && processed <= MAX_FIELDS) commands.push(['hkeys', `${key}:processed`])
  const lists = (await send(connection, commands)).map((reply) => asList(orThrow(reply)))
  const keys = lists.flat().flatMap((one) => asText(one) ?? [])
  return { keys: [...new Set(keys)].sort(), total: pending + processed + ignored + failed }
}

/** What other jobs call a job: `bull:mail:17`. A queue's name has no colon, an id may have some. */
function parseJobKey(key: string, prefix: string): { readonly queue: string; readonly id: string } | null {
  const rest = key.startsWith(`${prefix}:`) ? key.slice(prefix.length + 1) : key.slice(key.indexOf(':') + 1)
  const colon = rest.indexOf(':')
  return colon <= 0 ? null : { queue: rest.slice(0, colon), id: rest.slice(colon + 1) }
}
