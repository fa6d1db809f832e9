import type { JobAddress } from '../../protocol/index.js'
import { parseObject } from './options.js'

/** Where a job's hash is: what the keys of its queue begin with, `bull:mail:`, and its id. */
export interface JobKey {
  readonly base: string
  readonly id: string
}

/** What a source calls a job. One under another prefix it calls by the whole key of its queue. */
export function addressOf(prefix: string, { base, id }: JobKey): JobAddress {
  const own = `${prefix}:`
  return base.startsWith(own) ? { queue: base.slice(own.length, -1), id } : elsewhere({ base, id })
}

/** What a source calls a job that is none of its own, or that is not the one that has this key here. */
export function elsewhere({ base, id }: JobKey): JobAddress {
  return { queue: base.slice(0, -1), id, isElsewhere: true }
}

/** `{"id":"7","queueKey":"bull:orders"}`; children of older versions have the key alone, `bull:orders:7`. */
export function parentKeyOf(json: string | null, key: string | null, prefix: string): JobKey | null {
  const { id, queueKey } = parseObject(json) ?? {}
  if (typeof id === 'string' && typeof queueKey === 'string') return { base: `${queueKey}:`, id }
  const [likely = null] = key === null ? [] : splitsOf(key, prefix)
  return likely
}

/** A key may be colons alone. */
const MAX_SPLITS = 10

/**
 * Every way to read a job's key, the likely one first: the names of queues have no colon, and ids have some before version
 * 5.13 alone. A prefix may have some, too.
 */
export function splitsOf(key: string, prefix: string): JobKey[] {
  const own = `${prefix}:`
  const isOwn = key.startsWith(own)
  const from = key.indexOf(':', isOwn ? own.length : key.indexOf(':') + 1)
  const splits: JobKey[] = []
  for (let at = from; at >= 0 && splits.length < MAX_SPLITS; at = key.indexOf(':', at + 1))
    splits.push({ base: key.slice(0, at + 1), id: key.slice(at + 1) })
  return isOwn ? splits : splits.reverse()
}
