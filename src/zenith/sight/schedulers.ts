import type { Queues } from '../queues/queues.js'
import type { SchedulerServices } from '../queues/schedulers/routes.js'
import type { Sight } from './sight.js'

type Schedulers = SchedulerServices['schedulers']

/** Schedulers of the queues in sight. @param queues those in sight */
export function schedulersIn(all: Schedulers, queues: Pick<Queues, 'view'>, sight: Sight): Schedulers {
  return {
    async list(key, payloads) {
      if (key !== null) await queues.view(key)
      const { items, partial, failed } = await all.list(key, payloads)
      return {
        items: items.filter(({ queue, queueName }) => sight.sees({ key: queue, name: queueName })),
        partial: partial.filter((one) => sight.seesKey(one.key)),
        failed: failed.filter((one) => sight.seesKey(one.key)),
      }
    },
    async do(by, wish) {
      await queues.view(wish.queue)
      return all.do(by, wish)
    },
  }
}
