import { CONTENT_TYPE, exposition } from '../metrics/exposition.js'
import { nodeFamilies } from '../metrics/node-metrics.js'
import { queueFamilies, sourceFamilies } from '../metrics/queue-metrics.js'
import { serviceFamilies, storeFamilies, trafficFamilies } from '../metrics/service-metrics.js'
import { type Operation, operation } from '../operation.js'

/** At the place where scrapers look, and beside the rest of the API. */
export const metrics: readonly Operation[] = ['/metrics', '/api/metrics'].map((path) =>
  operation({
    path,
    summary: 'Metrics in Prometheus’ text format',
    description:
      'Gauges are those of the last beats of live nodes. Counters and histograms count what this Zenith has read since it was ' +
      'first scraped; they only grow, and begin anew when it is started again. When the store does not answer there is ' +
      'nothing but `quasar_store_up 0` and the state of the ways to queues.',
    parameters: {},
    answers: { 200: { description: 'Metrics.', type: 'text/plain', schema: { type: 'string' } } },
    async handle({ services: { monitor } }) {
      const overview = await monitor.fresh()
      const sources = await monitor.queues.sources()
      const { nodes, queues, services, store } = overview
      const figures = store.ok
        ? [
            ...serviceFamilies(services),
            ...trafficFamilies(monitor.totals()),
            ...nodeFamilies(nodes),
            ...queueFamilies(queues),
          ]
        : []
      const headers = { 'content-type': CONTENT_TYPE }
      return new Response(exposition([...storeFamilies(overview), ...sourceFamilies(sources), ...figures]), { headers })
    },
  }),
)
