import { operation } from '../operation.js'

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  // A compressing proxy, or one that buffers, would hold the events back.
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
}

export const stream = operation({
  path: '/api/stream',
  summary: 'The state, and then what changes in it, as server-sent events',
  description:
    'Events: `system_pulse` (an Overview with `full: true` at the beginning, then PulseDifference), `slow` (an array of ' +
    'SlowEntry) and `errors` (an array of ExceptionRecord), both oldest first. Each has an id; a request with ' +
    '`Last-Event-ID` goes on after it, or begins anew when that was too long ago. A stream ends after 15 minutes.',
  parameters: {},
  answers: { 200: { description: 'Events.', type: 'text/event-stream', schema: { type: 'string' } } },
  handle({ request, services }) {
    if (request.method === 'HEAD') return new Response(null, { headers: HEADERS })
    return new Response(services.hub.open(request.headers.get('last-event-id')), { headers: HEADERS })
  },
})
