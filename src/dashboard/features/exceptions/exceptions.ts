import type { ExceptionGroup } from '../../../api/services.js'
import type { ExceptionRecord } from '../../../protocol/exception.js'
import { textsOfException, textTest } from '../../api/filter.js'
import { groupBy } from '../../ui/groups.js'

/** How many places of an origin are named. */
const MAX_ROUTES = 5

/** Exceptions of one origin in one service together; the one seen last comes first. @param newestFirst as in an overview */
export function groupExceptions(newestFirst: readonly ExceptionRecord[]): ExceptionGroup[] {
  const groups = groupBy(newestFirst, exceptionGroupKey)
  return [...groups.values()].map((records) => {
    const sample = records[0] as ExceptionRecord
    return {
      service: sample.service,
      fingerprint: sample.fingerprint,
      name: sample.name,
      message: sample.message,
      count: records.length,
      handled: records.filter((record) => record.handled).length,
      first: Math.min(...records.map((record) => record.ts)),
      last: Math.max(...records.map((record) => record.ts)),
      routes: mostFrequent(records.flatMap((record) => record.route ?? record.queue ?? [])),
      sample,
    }
  })
}

export function exceptionGroupKey({ service, fingerprint }: Pick<ExceptionGroup, 'service' | 'fingerprint'>): string {
  return `${service}\n${fingerprint}`
}

function mostFrequent(names: readonly string[]): string[] {
  const groups = groupBy(names, (name) => name)
  return [...groups]
    .sort((a, b) => b[1].length - a[1].length)
    .slice(0, MAX_ROUTES)
    .map(([name]) => name)
}

/** Those whose newest, or one of whose places, is asked for. */
export function narrowExceptions(
  groups: readonly ExceptionGroup[],
  { q, series }: { q: string; series: string },
): readonly ExceptionGroup[] {
  const matches = textTest(q)
  return groups.filter(
    ({ routes, sample }) =>
      (!series || routes.includes(series) || sample.route === series || sample.queue === series) &&
      matches([...textsOfException(sample), ...routes]),
  )
}
