import { text } from '../../../api/schema.js'
import { operation } from '../operation.js'

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  // A compressing proxy, or one that buffers, would hold the events back.
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
}

export const stream = operation({
  path: '/api/stream',
  summary: 'Stream the state and its changes as server-sent events',
  isForAll: true,
  description:
    'Events: `system_pulse` (first an Overview with `full: true`, then PulseDifference), `slow` (an array of ' +
    'SlowEntry) and `errors` (an array of ExceptionRecord), both oldest first, and `alert` (AlertNews); where there are several clusters, also `clusters` ' +
    '(ClusterListing), the only one if the path names no cluster. Each other event has an id; a request with ' +
    '`Last-Event-ID` continues after that event, or starts again if it is too old. A stream ends after 15 minutes, and before the next event once the session has ended or lost a right.',
  parameters: {},
  answers: { 200: { description: 'The events.', type: 'text/event-stream', schema: text('Events.') } },
  handle({ request, principal, services }) {
    if (request.method === 'HEAD') return new Response(null, { headers: HEADERS })
    const isStill = principal.account?.isStill ?? null
    const aside = services.board?.asideFor(principal) ?? null
    const stream = services.hub.open(request.headers.get('last-event-id'), { isStill, aside })
    return new Response(stream, { headers: HEADERS })
  },
})
