import { randomUUID } from 'node:crypto'
import { Origin } from '../origin/origin.js'
import type { Records } from '../report/records.js'
import { pickHeaders, redactId, redactUrl } from '../report/redaction.js'
import type { EndedRequest } from './request-series.js'
import type { LiveTrace, RequestLike } from './request-trace.js'

/** Makes a record of a slow request. */
export function recordSlowRequest(records: Records, request: EndedRequest): void {
  if (!records.takesSlow()) return
  const { trace, status, aborted } = request
  const header = headerOf(trace.request)
  records.slow(
    { ...request, kind: 'request', start: trace.start },
    {
      status: String(status),
      requestId: requestIdOf(trace),
      traceId: originOf(trace).traceId,
      meta: { method: trace.method, url: redactUrl(trace.url), headers: pickHeaders(header), aborted },
    },
  )
}

/**
 * Makes a record of what a request failed with.
 *
 * @param path the part of a GraphQL answer that failed
 */
export function recordFailedRequest(
  records: Records,
  { trace, name }: EndedRequest,
  error: unknown,
  path: string | null = null,
): void {
  records.exception(error, 'request', false, {
    route: name,
    path,
    requestId: requestIdOf(trace),
    traceId: originOf(trace).traceId,
  })
}

/** Shared by all records of a request, and by the jobs that it adds. */
export function originOf(trace: LiveTrace): Origin {
  trace.origin ??= new Origin(trace.traceId, null, () => headerOf(trace.request)('traceparent'))
  return trace.origin
}

function headerOf(request: LiveTrace['request']): (name: string) => string | undefined {
  if (isLike(request)) return (name) => request.header(name)
  return (name) => [request.headers[name]].flat()[0]
}

/** Express gives its requests a `header` method, too: those have Node's `headers` besides. */
function isLike(request: LiveTrace['request']): request is RequestLike {
  return !('headers' in request)
}

/** Shared by all records of a request, and built only when the first of them is written. */
function requestIdOf(trace: LiveTrace): string {
  trace.requestId ??= redactId(headerOf(trace.request)('x-request-id')) ?? randomUUID()
  return trace.requestId
}
