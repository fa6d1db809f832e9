import { RequestSeries } from '../../../src/core/http/request-series.js'
import { NO_ERROR } from '../../../src/core/http/request-trace.js'
import { countAttempt } from '../../../src/core/jobs/jobs.js'
import { resolveOptions } from '../../../src/core/options/options.js'
import { SeriesCounter } from '../../../src/core/report/series.js'
import { encodeRollup, MAX_RECORD_CHARS, UNMATCHED } from '../../../src/protocol/index.js'
import { packText } from '../../../src/redis/packed-text.js'

/** A request that is over; `key` as in the rollup. */
interface Request {
  readonly key: string
  /** As it was sent; a request whose client disconnected counts as 499. */
  readonly status: number
  readonly durationMs: number
  readonly aborted: boolean
}

/** An attempt that is over. `retried`: it failed, and the queue is to try again. Null: it never ran, or wasn't the first attempt. */
interface Attempt {
  readonly key: string
  readonly queue: string | null
  readonly outcome: 'completed' | 'failed' | 'retried'
  readonly durationMs: number
  readonly waitMs: number | null
}

const AT = 1_767_225_600_000
const NODE = 'web-1-4711'
const request = (key: string, status: number, durationMs: number, aborted = false): Request => {
  return { key, status, durationMs, aborted }
}

function rollupOf(requests: readonly Request[], jobs: readonly Attempt[]) {
  const options = resolveOptions({ slow: false }, {})
  const ignore = () => {}
  const series = new RequestSeries(options, { turn: ignore, slow: ignore, failed: ignore, failedPart: ignore })
  for (const { key, status, durationMs, aborted } of requests) {
    const [method = '', ...route] = key === UNMATCHED ? ['GET', UNMATCHED] : key.split(' ')
    const trace = {
      method,
      name: route.join(' '),
      operation: null,
      error: NO_ERROR,
      failedParts: null,
      context: null,
      url: '/',
    }
    series.record(trace as unknown as Parameters<RequestSeries['record']>[0], status, aborted, durationMs)
  }
  const { from, to } = { from: AT - 10_000, to: AT }
  const routes = series.filled().map((one) => one.toRoute())
  return { v: 2 as const, node: NODE, from, to, routes, jobs: attemptsOf(jobs) }
}

function attemptsOf(attempts: readonly Attempt[]) {
  const series = new SeriesCounter(
    (_queue, name) => name,
    () => 0,
  )
  for (const { key, queue, outcome, durationMs, waitMs } of attempts) {
    const group = queue ?? ''
    const hasFailed = outcome !== 'completed'
    const attempt = { queue: group, name: key, durationMs, waitMs, hasFailed, final: outcome === 'failed' }
    countAttempt(series.find(group, key), attempt)
  }
  return [...series.filled()].map((one) => one.toJob())
}

const REQUESTS: readonly Request[] = [
  request('GET /invoices/:id', 200, 3.2),
  request('GET /invoices/:id', 200, 41.7),
  request('GET /invoices/:id', 500, 1_840),
  request('POST /invoices', 201, 12),
  request('POST /invoices', 422, 0.4),
  request('POST /invoices', 200, 30_000, true),
  request('GET /cafés/:name', 304, 0.02),
  request(UNMATCHED, 404, 0.9),
  request(UNMATCHED, 404, 1.1),
]
const ATTEMPTS: readonly Attempt[] = [
  { key: 'send-invoice', queue: 'mail', outcome: 'completed', durationMs: 210, waitMs: 5 },
  { key: 'send-invoice', queue: 'mail', outcome: 'retried', durationMs: 5_003.3, waitMs: 4_410 },
  { key: 'send-invoice', queue: 'mail', outcome: 'failed', durationMs: 5_001, waitMs: null },
  { key: 'nightly', queue: null, outcome: 'completed', durationMs: 61_000, waitMs: null },
]
const MANY = Array.from({ length: 40 }, (_, index) =>
  request(`GET /resources/${String.fromCharCode(97 + (index % 26)).repeat(index + 1)}/:id`, 200, index * 3.7),
)

export function rollupVectors() {
  const of = (name: string, requests: readonly Request[], jobs: readonly Attempt[]) => {
    const rollup = rollupOf(requests, jobs)
    const text = encodeRollup(rollup)
    const [field, packed] = packText(text, MAX_RECORD_CHARS)
    return {
      name,
      node: NODE,
      from: rollup.from,
      to: rollup.to,
      requests,
      jobs,
      text,
      deflate: field === 'deflate' ? packed : null,
    }
  }
  return {
    cases: [
      of('of routes and jobs', REQUESTS, ATTEMPTS),
      of('of routes alone', REQUESTS.slice(0, 3), []),
      of('of jobs alone', [], ATTEMPTS),
      of('of so many routes that it is deflated', MANY, []),
    ],
  }
}
