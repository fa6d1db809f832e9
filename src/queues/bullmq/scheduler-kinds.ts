import { asNumber } from '../../redis/replies.js'
import { md5 } from '../bull-common/lists.js'

/** whole: a job scheduler; legacy: a repeatable job, of the older mechanism; orphan: its definition is gone. */
export type SchedulerKind = 'whole' | 'legacy' | 'orphan'

/** What a definition has, of whatever version. */
export const DEFINITION_FIELDS = [
  ...['ic', 'name', 'pattern', 'every', 'tz', 'limit', 'startDate', 'endDate', 'offset', 'data', 'opts'],
]

/** Only today's schedulers count what they made, and have a template. */
export function kindOf(id: string, hash: ReadonlyMap<string, string>): SchedulerKind {
  if (hash.has('ic') || hash.has('data') || hash.has('opts')) return 'whole'
  return hash.size > 0 || legacyPartsOf(id) ? 'legacy' : 'orphan'
}

/** Up to version 3 all was in the key: `name:id:endDate:tz:pattern`. */
export function legacyPartsOf(key: string) {
  const [name = '', jobId = '', until = '', timezone = '', ...rest] = key.split(':')
  const pattern = rest.join(':')
  const isPattern = pattern.includes(' ') || /^\d+$/.test(pattern)
  if (!isPattern || !/^\d*$/.test(until)) return null
  const every = /^\d+$/.test(pattern) ? Number(pattern) : null
  return {
    name,
    jobId,
    until: asNumber(until),
    timezone: timezone || null,
    cron: every === null ? pattern : null,
    every,
  }
}

/** What the ids of its jobs begin with; the rest is when one is due. Those of version 3 are named by what they are. */
export function jobPrefixOf(id: string, kind: SchedulerKind): string {
  const parts = kind === 'legacy' ? legacyPartsOf(id) : null
  return parts ? `repeat:${md5(parts.name + parts.jobId + md5(id))}:` : `repeat:${id}:`
}
