import type { Handler } from '../routes.js'

/** The events `system_pulse`, `slow` and `errors`, as they happen. */
export const stream: Handler = ({ request, services }) => {
  const headers = {
    'content-type': 'text/event-stream; charset=utf-8',
    // A compressing proxy, or one that buffers, would hold the events back.
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  }
  if (request.method === 'HEAD') return new Response(null, { headers })
  return new Response(services.hub.open(request.headers.get('last-event-id')), { headers })
}
