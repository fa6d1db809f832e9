import type { JobAddress, JobFlow } from '../../protocol/index.js'
import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asList, asNumber, asText } from '../../redis/replies.js'
import { send } from '../../redis/send.js'
import { childrenIn, countChildren } from '../bull-common/detail.js'
import { baseOf } from '../bull-common/keys.js'
import { addressOf, elsewhere, type JobKey, parentKeyOf, splitsOf } from '../bull-common/options.js'
import { jobField, orThrow } from '../shared/redis.js'
import { isChild, isParentOf, unlessDenied, whereabouts } from './kinship.js'

/** As much as a page can show. */
const MAX_DEPTH = 10
const MAX_CHILDREN = 50
const MAX_JOBS = 300
/** Most names of fields to read at once; a larger hash is not read. */
const MAX_FIELDS = 2_000

/** The tree that a job belongs to. Null if the job is gone. */
export async function readFlow(connection: Connection, prefix: string, address: JobAddress): Promise<JobFlow | null> {
  const key = { base: baseOf(prefix, address.queue), id: address.id }
  const there = await whereabouts(connection, key)
  if (!there?.exists) return null
  const walk: Walk = { connection, prefix, left: MAX_JOBS }
  return readTree(walk, await rootOf(walk, key), 0)
}

interface Walk {
  readonly connection: Connection
  readonly prefix: string
  /** Number of jobs that may still be read. */
  left: number
}

async function rootOf({ connection, prefix }: Walk, job: JobKey): Promise<JobKey> {
  let root = job
  for (let depth = 0; depth < 2 * MAX_DEPTH; depth++) {
    const [reply] = await send(connection, [['hmget', root.base + root.id, 'parent', 'parentKey']])
    const [json = null, key = null] = asList(orThrow(reply)).map(asText)
    const parent = parentKeyOf(json, key, prefix)
    if (!parent || !(await whereabouts(connection, parent))?.exists) return root
    if (!(await isParentOf(connection, parent, root))) return root
    root = parent
  }
  return root
}

async function readTree(walk: Walk, job: JobKey, depth: number): Promise<JobFlow> {
  const { connection, prefix } = walk
  const where = await whereabouts(connection, job)
  if (!where?.exists) return { ...addressOf(prefix, job), ...NOTHING }
  if (depth > 0 && !(await isChild(connection, job))) return { ...elsewhere(job), ...NOTHING }
  const [name] = await send(connection, [['hget', job.base + job.id, 'name']])
  const { keys, total } = await readChildKeys(connection, job.base + job.id)
  const shown = depth < MAX_DEPTH ? keys.slice(0, Math.min(MAX_CHILDREN, walk.left)) : []
  walk.left -= shown.length
  const jobs = (await Promise.all(shown.map((key) => jobAt(walk, key)))).filter((child) => child !== null)
  const children = await Promise.all(jobs.map((child) => readTree(walk, child, depth + 1)))
  return {
    ...addressOf(prefix, job),
    name: asText(orThrow(name)) ?? '',
    state: where.state,
    children,
    more: total - children.length,
  }
}

/** A job that is gone, or not accessible to this source. */
const NOTHING = { name: '', state: null, children: [], more: 0 }

/** Children that are pending, those that completed, and the two kinds of failed ones. */
async function readChildKeys(connection: Connection, key: string): Promise<{ keys: string[]; total: number }> {
  const counts = await countChildren(connection, key)
  const { pending, processed, ignored, failed } = counts
  const commands: Command[] = []
  if (failed > 0) commands.push(['zrange', `${key}:unsuccessful`, 0, MAX_CHILDREN - 1])
  if (pending > 0) commands.push(['srandmember', `${key}:dependencies`, MAX_CHILDREN])
  if (ignored > 0 && ignored <= MAX_FIELDS) commands.push(['hkeys', `${key}:failed`])
  if (processed > 0 && processed <= MAX_FIELDS) commands.push(['hkeys', `${key}:processed`])
  const lists = (await send(connection, commands)).map((reply) => asList(orThrow(reply)))
  const keys = lists.flat().flatMap((one) => asText(one) ?? [])
  return { keys: [...new Set(keys)].sort(), total: childrenIn(counts) }
}

/** A job by the key that other jobs reference it with: `bull:mail:17`. If the key is ambiguous, the one whose queue exists. */
async function jobAt({ connection, prefix }: Walk, key: string): Promise<JobKey | null> {
  const splits = splitsOf(key, prefix)
  const [likely = null] = splits
  if (splits.length < 2) return likely
  const replies = await unlessDenied(async () => {
    const found = await send(
      connection,
      splits.map(({ base }): Command => ['get', `${base}id`]),
    )
    return found.map(jobField)
  })
  return splits.find((_, index) => asNumber(asText(replies?.[index])) !== null) ?? likely
}
