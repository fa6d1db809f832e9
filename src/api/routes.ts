import { listingFields } from './listing.js'
import { amount, count, type Infer, listOf, object, oneOf, optional, orNull, percent, text } from './schema.js'
import { TrafficPoint } from './services.js'
import { PERIODS } from './words.js'

const routeFields = {
  service: text('Name of the service.'),
  key: text('Method and pattern of the route: `GET /users/:id`, `(other)` or `(unmatched)`.'),
  count: count('Requests.'),
  rate: amount('Requests per second.'),
  errors: count('Requests answered with 5xx.'),
  errorRate: orNull(percent('Error rate, 0–100; null without requests.')),
  aborted: count('Requests whose client disconnected.'),
  p50: orNull(amount('Median duration, ms; null without measurements.')),
  p95: orNull(amount('95th percentile of durations, ms.')),
  p99: orNull(amount('99th percentile of durations, ms.')),
  max: orNull(amount('Longest duration, ms, within 2 %.')),
  totalMs: orNull(amount('Sum of all durations, ms, within 2 %.')),
}

export const RouteView = object('A route of a service over a period or a window, merged over the nodes.', {
  ...routeFields,
  share: orNull(percent('Share of the total time of all routes of the requested services, 0–100.')),
})
export type RouteView = Infer<typeof RouteView>

export const RouteListing = object('A part of the routes.', {
  ...listingFields(RouteView),
  unread: optional(
    listOf(text('Name of a service.'), 'Services that could not be read in time, whose routes are missing here.'),
  ),
})
export type RouteListing = Infer<typeof RouteListing>

export const RouteDetail = object('A route with its recent past.', {
  ...routeFields,
  period: oneOf(PERIODS, 'Length of the period; for a window, the shortest one that is as long.'),
  from: amount('Start of the time that the figures cover, Unix ms.'),
  to: amount('End of that time, Unix ms.'),
  step: amount('Length of a point of traffic, ms.'),
  traffic: listOf(TrafficPoint, 'Traffic, oldest first. A span in which the service reported nothing has no point.'),
})
export type RouteDetail = Infer<typeof RouteDetail>
