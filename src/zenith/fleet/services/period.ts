import type { ServicePeriod } from '../../../api/services.js'
import type { Period } from '../../../api/words.js'
import type { RollupAggregate } from './rollup-aggregate.js'

const MINUTE_MS = 60_000

/** How long each period and a point of its traffic is, in ms. */
export const PERIOD_LENGTHS: Readonly<Record<Period, { readonly length: number; readonly point: number }>> = {
  '5m': { length: 5 * MINUTE_MS, point: 15_000 },
  '15m': { length: 15 * MINUTE_MS, point: 30_000 },
  '1h': { length: 60 * MINUTE_MS, point: 60_000 },
}

/** @param end Unix ms up to which all nodes have reported */
export function periodOf(service: string, period: Period, aggregate: RollupAggregate, end: number): ServicePeriod {
  const { length, point } = PERIOD_LENGTHS[period]
  const since = end - length
  const requests = aggregate.requests.summary(since, end)
  const jobs = aggregate.jobs.summary(since, end)
  return {
    service,
    period,
    requests,
    jobs,
    traffic: (requests ? aggregate.requests : aggregate.jobs).traffic(end, length, point),
    routes: aggregate.routes.busiest(since),
    jobSeries: aggregate.jobSeries.busiest(since),
  }
}
