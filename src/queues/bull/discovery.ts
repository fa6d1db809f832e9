import { escapeGlob } from '../../lib/glob.js'
import type { Connection } from '../../redis/connection.js'
import { Discovery } from '../../redis/discovery.js'
import { RedisError } from '../../redis/errors.js'
import { baseOf } from '../bull-common/keys.js'
import { SeenNames } from '../shared/seen-names.js'
import { areBullmqs } from './owner.js'

/** Interval of the search for queues, ms. */
const EVERY_MS = 60_000
/** Every queue that ever had a job has an id counter; one that never had may be paused. */
const MARKS = [':id', ':meta-paused'] as const

/** Names to read, and the number of others. */
interface WatchedNames {
  readonly names: () => Promise<readonly string[]>
  readonly left: () => number
}

/** Names of Bull's queues under a prefix, without those of BullMQ. */
export function discoveredNames(connection: Connection, prefix: string): WatchedNames {
  const seen = new SeenNames()
  const candidates = new Set<string>()
  const patterns = MARKS.map((mark) => ({ match: `${escapeGlob(prefix)}:*${mark}`, type: 'string' }) as const)
  const discovery = new Discovery(connection, patterns, EVERY_MS, (key) => {
    const mark = MARKS.find((one) => key.endsWith(one)) ?? ''
    const name = key.slice(prefix.length + 1, -mark.length)
    if (!seen.has(name)) candidates.add(name)
  })
  async function list(): Promise<readonly string[]> {
    await discovery.scan()
    const names = [...candidates]
    candidates.clear()
    const owners = await areBullmqs(
      connection,
      names.map((name) => baseOf(prefix, name)),
    )
    // BullMQ's queues are found and checked again the next time.
    for (const [index, name] of names.entries()) if (owners[index] === false) seen.add(name)
    const found = seen.list().filter((name) => !isPart(name, seen))
    if (found.length > 0 || !discovery.isDenied) return found
    throw new RedisError('NOPERM', 'This Redis user may not look for queues (SCAN): name them, bullQueues({ queues })')
  }
  return { names: list, left: () => seen.left }
}

/** Keys of a queue's debouncing and rate limit by group end with text of the app's choice: `bull:mail:de:id`. */
function isPart(name: string, seen: SeenNames): boolean {
  const whole = /^(.+?):(?:de:.+|limiter(?::.+)?)$/s.exec(name)?.[1]
  return whole !== undefined && seen.has(whole)
}
