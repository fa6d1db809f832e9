import { MAX_MESSAGE_CHARS, MAX_NAME_CHARS, PROTOCOL_VERSION } from './limits.js'
import { cut, type Fields, fieldsOf, own, readAmount, readObject, readText, readTime } from './read.js'

/** Maximum number of headers in one entry. */
const MAX_HEADERS = 20

export const SLOW_KINDS = ['request', 'job', 'custom'] as const
export type SlowKind = (typeof SLOW_KINDS)[number]

/** Other activity of the process while a slow request or job ran; null if unknown. */
export interface Meanwhile {
  /** The longest time during it in which the event loop did not turn, in ms. */
  loopBlockedMs: number | null
  /** Sum of the garbage collection pauses during it, in ms. */
  gcMs: number | null
  /** Time that the container's CPU quota throttled it in the interval of its end, in ms. */
  cpuThrottledMs: number | null
  /** Number of other requests in flight when it ended. */
  inFlight: number | null
}

export interface SlowMeta extends Meanwhile {
  method: string | null
  /** Without the values of the query. */
  url: string | null
  /** The request headers on the allow-list. */
  headers: Readonly<Record<string, string>> | null
  queue: string | null
  jobId: string | null
  attempt: number | null
  /** How long the job waited before its first attempt, in ms. */
  waitMs: number | null
  /** True when the client disconnected before the end. */
  aborted: boolean
}

/** One slow request, job or custom run. */
export interface SlowEntry {
  v: typeof PROTOCOL_VERSION
  kind: SlowKind
  /** `GET /users/:id`, or the job's name. */
  name: string
  durationMs: number
  thresholdMs: number | null
  /** The HTTP status (499 when the client disconnected), or `completed`, `failed`. */
  status: string | null
  service: string
  node: string
  requestId: string | null
  traceId: string | null
  /** Time of its end, Unix ms. */
  ts: number
  meta: SlowMeta
}

/**
 * Encodes the flat field list of an entry of `slow:{service}`: name, value, name, value … Null values are left out.
 *
 * @param clockAhead see `readClockAhead`; null when the time is by the node's own clock
 */
export function encodeSlowEntry(entry: SlowEntry, clockAhead: number | null = null): string[] {
  return Object.entries({ ...entry, clockAhead }).flatMap(([name, value]) => {
    if (value === null) return []
    return [name, typeof value === 'object' ? JSON.stringify(value) : String(value)]
  })
}

/** Reads the fields of a stream entry; null when they are not a slow entry. */
export function parseSlowEntry(fields: Fields, from: { service?: string } = {}): SlowEntry | null {
  const name = readText(fields, 'name', MAX_NAME_CHARS) ?? readText(fields, 'route', MAX_NAME_CHARS)
  const service = readText(fields, 'service', MAX_NAME_CHARS) ?? from.service
  const durationMs = readAmount(fields, 'durationMs') ?? readAmount(fields, 'duration')
  const ts = readTime(fields, 'ts') ?? readTime(fields, 'timestamp')
  if (!name || !service || durationMs === null || ts === null) return null
  return {
    v: PROTOCOL_VERSION,
    kind: SLOW_KINDS.find((kind) => kind === own(fields, 'kind')) ?? 'request',
    name,
    durationMs,
    thresholdMs: readAmount(fields, 'thresholdMs'),
    status: readText(fields, 'status', MAX_NAME_CHARS),
    service,
    node: readText(fields, 'node', MAX_NAME_CHARS) ?? '',
    requestId: readText(fields, 'requestId', MAX_NAME_CHARS),
    traceId: readText(fields, 'traceId', MAX_NAME_CHARS),
    ts,
    meta: readSlowMeta(readObject(own(fields, 'meta')) ?? {}),
  }
}

function readSlowMeta(meta: Fields): SlowMeta {
  return {
    method: readText(meta, 'method', MAX_NAME_CHARS),
    url: readText(meta, 'url', 2_048),
    headers: readHeaders(own(meta, 'headers')),
    queue: readText(meta, 'queue', MAX_NAME_CHARS),
    jobId: readText(meta, 'jobId', MAX_NAME_CHARS),
    attempt: readAmount(meta, 'attempt'),
    waitMs: readAmount(meta, 'waitMs'),
    aborted: own(meta, 'aborted') === true,
    loopBlockedMs: readAmount(meta, 'loopBlockedMs'),
    gcMs: readAmount(meta, 'gcMs'),
    cpuThrottledMs: readAmount(meta, 'cpuThrottledMs'),
    inFlight: readAmount(meta, 'inFlight'),
  }
}

function readHeaders(headers: unknown): Record<string, string> | null {
  const fields = fieldsOf(headers)
  if (!fields) return null
  const readable = Object.keys(fields)
    .slice(0, MAX_HEADERS)
    .flatMap((name) => {
      const value = own(fields, name)
      return typeof value === 'string' ? [[cut(name, MAX_NAME_CHARS), cut(value, MAX_MESSAGE_CHARS)] as const] : []
    })
  return readable.length > 0 ? Object.fromEntries(readable) : null
}
