import type { Overview, PulseDifference } from '../../api/overview.js'
import type { QueueView } from '../../api/queues.js'
import type { ServicePeriod, ServiceView } from '../../api/services.js'
import type { ExceptionRecord, SlowEntry } from '../../protocol/index.js'
import { isChange } from '../fleet/difference.js'
import type { Monitor, MonitorNews } from '../fleet/monitor-service.js'
import { FIRST_PART, matching, partOf } from '../fleet/parts.js'
import { healthWith } from '../fleet/services/health-score.js'
import { memo } from './memo.js'
import { queueViewsIn } from './queue-views.js'
import type { Sight } from './sight.js'

/** The fleet, without the queues that are out of sight and what is about them. */
export function monitorIn(all: Monitor, sight: Sight): Monitor {
  const queues = queueViewsIn(all.queues, sight)
  const seenQueues = memo((views: readonly QueueView[]) => views.filter((view) => sight.sees(view)))

  const seenService = (service: ServiceView, views: readonly QueueView[]): ServiceView => {
    const own = views.filter(({ services }) => services.includes(service.service))
    return {
      ...service,
      health: healthWith(service.health, own),
      jobSeries: service.jobSeries.filter((jobs) => sight.seesJobs(jobs)),
    }
  }
  /** Totals are those of the whole state, whichever part is shown. */
  const totals = () => ({
    ...(all.overview?.totals ?? { services: 0, nodes: 0 }),
    queues: seenQueues(all.overview?.queues ?? []).length,
  })
  const seenState = memo((state: Overview): Overview => {
    const views = seenQueues(all.overview?.queues ?? [])
    return {
      ...state,
      totals: totals(),
      queues: seenQueues(state.queues),
      services: state.services.map((service) => seenService(service, views)),
      slow: state.slow.filter(isSeen),
      exceptions: state.exceptions.filter(isSeen),
    }
  })
  const isSeen = (record: SlowEntry | ExceptionRecord) => sight.seesRecord(record)
  const seenRecords = <T extends SlowEntry | ExceptionRecord>(records: readonly T[]) => records.filter(isSeen)
  const seenPeriod = (period: ServicePeriod): ServicePeriod => {
    return { ...period, jobSeries: period.jobSeries.filter((jobs) => sight.seesJobs(jobs)) }
  }

  const monitor: Monitor = {
    get now() {
      return all.now
    },
    get overview() {
      return all.overview && seenState(all.overview)
    },
    get shown() {
      return all.shown && seenState(all.shown)
    },
    get wasRead() {
      return all.wasRead
    },
    queues,
    details: {
      async slow(services) {
        const { records, ...rest } = await all.details.slow(services)
        return { ...rest, records: seenRecords(records) }
      },
      async exceptions(services) {
        const { records, ...rest } = await all.details.exceptions(services)
        return { ...rest, records: seenRecords(records) }
      },
      process: (...asked) => all.details.process(...asked),
    },
    async fresh() {
      return seenState(await all.fresh())
    },
    async part(start = FIRST_PART, text = '') {
      return partOf(matching(seenState(await all.fresh()), text), start)
    },
    async periods(names, range) {
      const { periods, unread } = await all.periods(names, range)
      return { periods: periods.map(seenPeriod), unread }
    },
    reported: (names, range) => all.reported(names, range),
    async totals() {
      const services = [...(await all.totals())]
      return new Map(
        services.map(([service, { routes, jobs }]) => {
          return [service, { routes, jobs: jobs.filter((one) => sight.seesJobs(one)) }]
        }),
      )
    },
    watch: () => all.watch(),
    forget: (key) => all.forget(key),
    subscribe(listener) {
      let before = monitor.overview
      let shown = keysOf(monitor.shown)
      return all.subscribe((news) => {
        const difference = news.difference && seenDifference(news.difference, shown)
        const isNews = difference && (hasQueues(difference) || isChange(difference, before))
        before = monitor.overview
        shown = keysOf(monitor.shown)
        listener(seenNews({ ...news, difference: isNews ? difference : null }))
      })
    },
  }

  function seenNews({ difference, slow, exceptions }: MonitorNews): MonitorNews {
    return { difference, slow: seenRecords(slow), exceptions: seenRecords(exceptions) }
  }

  /** @param shown keys of the queues that were shown before: of one that is gone nothing else is known */
  function seenDifference(difference: PulseDifference, shown: ReadonlySet<string>): PulseDifference {
    const views = seenQueues(all.overview?.queues ?? [])
    return {
      ...difference,
      totals: totals(),
      queues: difference.queues.filter((view) => sight.sees(view)),
      goneQueues: difference.goneQueues.filter((key) => shown.has(key)),
      services: difference.services.map((service) => seenService(service, views)),
    }
  }

  return monitor
}

function hasQueues({ queues, goneQueues }: PulseDifference): boolean {
  return queues.length + goneQueues.length > 0
}

function keysOf(state: Overview | null): ReadonlySet<string> {
  return new Set(state?.queues.map(({ key }) => key))
}
