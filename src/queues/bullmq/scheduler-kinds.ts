import { asNumber } from '../../redis/replies.js'
import { md5 } from '../bull-common/lists.js'

/** whole: a job scheduler; legacy: a repeatable job, of the older mechanism; orphan: its definition is gone. */
export type SchedulerKind = 'whole' | 'legacy' | 'orphan'

/** Fields of a definition, of all versions. */
export const DEFINITION_FIELDS = [
  ...['ic', 'name', 'pattern', 'every', 'tz', 'limit', 'startDate', 'endDate', 'offset', 'data', 'opts'],
]

/** Only current schedulers count their jobs, and have a template. */
export function kindOf(id: string, hash: ReadonlyMap<string, string>): SchedulerKind {
  if (hash.has('ic') || hash.has('data') || hash.has('opts')) return 'whole'
  return hash.size > 0 || legacyPartsOf(id) ? 'legacy' : 'orphan'
}

/** Up to version 3 the key had everything: `name:id:endDate:tz:pattern`. */
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

/** Prefix of the ids of its jobs; the rest is when a job is due. Ids of version 3 contain a hash of the definition. */
export function jobPrefixOf(id: string, kind: SchedulerKind): string {
  const parts = kind === 'legacy' ? legacyPartsOf(id) : null
  return parts ? `repeat:${md5(parts.name + parts.jobId + md5(id))}:` : `repeat:${id}:`
}
